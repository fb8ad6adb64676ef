"""What an action that did not write answers, in words for who asked."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from holdfast.actions.outcomes import Conflict, Refusal

REFUSALS = {
    "not-permitted": _("Your roles do not allow this at this site."),
    "proof-missing": _("Enter your password again to sign."),
    "proof-of-another": _("Enter your own password to sign."),
    "proof-expired": _("More than two minutes have passed. Enter your password again."),
    "proof-used": _("A signature was already made with this. Enter your password again."),
    "not-the-latest": _(
        "The verdict has changed since this page was shown. Read it again, then sign."
    ),
    "already-confirmed": _("This verdict is confirmed already."),
    "already-corrected": _("This entry was corrected already. Reload the page."),
    "another-role-may": _("The protocol lets another role set this aside."),
    "not-overridable": _("The protocol lets nobody set this aside."),
    "nothing-to-override": _("This finding neither stops nor asks any more."),
    "nothing-to-record": _("No answer was given, so nothing was recorded."),
    "reason-missing": _("Say why the person goes no further."),
    "value-does-not-fit": _("This number cannot stand for this limit."),
    "unit-does-not-fit": _("This unit does not fit the limit."),
    "limit-is-the-protocols-own": _(
        "This number is the protocol's own. Another one is an amendment."
    ),
}
CONFLICT = _(
    "This entry was already sent with other content. Both are kept for a person to settle. "
    "Reload the page before you go on."
)


def refusal_words(outcome: Conflict | Refusal | Any) -> Any:
    """The words of a refusal or a conflict; its code where there are none yet."""
    if isinstance(outcome, Conflict):
        return CONFLICT
    if outcome.reason == "answer-does-not-fit":
        return outcome.values["problem"]
    return REFUSALS.get(outcome.reason) or _("Not recorded (%(code)s).") % {"code": outcome.reason}
