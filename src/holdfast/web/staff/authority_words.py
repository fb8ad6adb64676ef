"""Words about approvals: acts, what befalls them, what they are for, and the sentences of findings."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from holdfast.definitions.sentences import plain
from holdfast.definitions.sentences.authority import authority_sentence
from holdfast.domain.authority import Act, ChangeKind, HeldApproval, State, suspended_since
from holdfast.domain.findings import Finding, Outcome
from holdfast.records.access import covers, printed_name, staff_at
from holdfast.records.authority import Approval
from holdfast.records.care import Enrollment
from holdfast.records.people import Site

ACTS: dict[Act, Promise] = {
    Act.DOSING: _("give a dose"),
    Act.PRESCRIBING: _("prescribe"),
    Act.HOLDING_STOCK: _("hold stock"),
    Act.HANDLING_DRUG: _("handle the drug"),
    Act.DISPENSING: _("dispense the drug"),
    Act.ADMINISTERING: _("administer the drug"),
    Act.LEADING_SESSION: _("lead a session"),
    Act.ASSISTING_SESSION: _("assist in a session"),
    Act.SUPERVISING: _("supervise"),
    Act.WITNESSING: _("witness"),
}
CHANGES: dict[ChangeKind, Promise] = {
    ChangeKind.SUSPENDED: _("Suspended"),
    ChangeKind.RESUMED: _("Stands again"),
    ChangeKind.WITHDRAWN: _("Withdrawn for good"),
    ChangeKind.IN_ERROR: _("Entered in error: it never stood"),
}
ERRORS: dict[str, Promise] = {
    "typing-error": _("A typing error"),
    "recorded-twice": _("It was recorded twice"),
    "of-another": _("It is somebody else's, or of another site"),
    "no-approval": _("The document approves nothing"),
}
STATES: dict[State, Promise] = {
    State.STANDS: _("stands"),
    State.END_UNKNOWN: _("its end is not recorded"),
    State.SUSPENDED: _("suspended"),
    State.NOT_BEGUN: _("not begun"),
    State.ENDED: _("ended"),
    State.WITHDRAWN: _("withdrawn"),
}
STATE_MARKS = {State.STANDS: Outcome.PASSED, State.END_UNKNOWN: Outcome.UNKNOWN}


def holders(site: Site, now: datetime) -> list[tuple[str, str]]:
    """Who holds a role at a site now: the account's id and the printed name, by name."""
    pairs = [(str(user.id), printed_name(user)) for user in staff_at(site, now)]
    return sorted(pairs, key=lambda pair: pair[1])


def patients(site: Site, seen: frozenset[str] | None) -> list[tuple[str, str]]:
    """The enrollments of a site in these studies by their numbers, without a name."""
    rows = Enrollment.objects.filter(site=site).select_related("site").order_by("number")
    return [(str(row.id), row.label) for row in rows if covers(seen, row.protocol_name)]


def is_seen(row: Approval, seen: frozenset[str] | None) -> bool:
    """True where an approval is of the site as a whole, or of a study among these."""
    named = [row.protocol_name, row.enrollment.protocol_name if row.enrollment else None]
    return all(study is None or covers(seen, study) for study in named)


def finding_shown(finding: Finding) -> dict[str, Any]:
    """A finding as the page shows it."""
    return {
        "code": finding.code,
        "outcome": finding.outcome.value,
        "says": authority_sentence(finding, get_language() or "en"),
        "title": finding.reference.title,
        "href": finding.reference.href,
        "standing": finding.standing.value,
    }


def scope_words(row: Approval) -> str:
    """What an approval is for, in one line."""
    parts = [
        f"{row.protocol_name} {row.protocol_version}" if row.protocol_name else "",
        gettext("consent %(version)s") % {"version": row.consent_version}
        if row.consent_version
        else "",
        row.product or "",
        printed_name(row.holder) if row.holder else "",
        row.enrollment.label if row.enrollment else "",
    ]
    return " · ".join(part for part in parts if part)


def permits_words(held: HeldApproval) -> str:
    """What a licence lets its holder do, in one line."""
    return ", ".join(str(words) for act, words in ACTS.items() if act in held.permits)


def days_words(held: HeldApproval) -> str:
    """From which day to which an approval runs."""
    told = {"first": plain(held.starts_on)}
    if held.ends_on is not None:
        return gettext("%(first)s to %(last)s, both included") % (
            told | {"last": plain(held.ends_on)}
        )
    if held.is_open_ended:
        return gettext("from %(first)s, with no end") % told
    return gettext("from %(first)s; its end is not recorded") % told


def state_words(held: HeldApproval, state: State, on: date) -> str:
    """How an approval stands today, with the day since when where it does not."""
    since = suspended_since(held, on) if state is State.SUSPENDED else None
    words = str(STATES[state])
    return words if since is None else f"{words}, {plain(since)}"


def ends_words(last: date, today: date) -> str:
    """How many days are left of an approval, its last one not counted."""
    left = (last - today).days
    if left == 0:
        return gettext("ends today")
    return ngettext("ends in %(n)d day", "ends in %(n)d days", left) % {"n": left}


def values_of(row: Approval) -> Mapping[str, Any]:
    """What a form begins with when an approval is corrected."""
    return {
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "is_open_ended": row.is_open_ended,
        "protocol": f"{row.protocol_name}/{row.protocol_version}",
        "consent": row.consent_version,
        "product": row.product,
        "person": str(row.holder_id),
        "patient": str(row.enrollment_id),
    }
