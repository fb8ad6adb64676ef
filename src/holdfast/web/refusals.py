"""What an action that did not write answers, in words for who asked."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from holdfast.actions.outcomes import Conflict, Refusal

REFUSALS = {
    "hours-of-another-site": _("These hours are of another site."),
    "words-too-long": _("This is too long for one entry. Divide it."),
    "readers-unknown": _("Choose who may read it."),
    "shared-already": _("This entry is shared already. Take that back first."),
    "shared-no-more": _("This was taken back already."),
    "title-does-not-fit": _("Write a few words, at most sixty letters."),
    "no-calendar-address": _("There is no address to take back."),
    "phrase-too-short": _("A phrase has at least twelve characters."),
    "phrase-wrong": _("This is not the phrase."),
    "private-key-there": _("There is a private key already. Change its phrase instead."),
    "private-key-missing": _("There is no private key yet."),
    "nobody-outside": _("Nobody outside is named who could read it. Nothing was kept."),
    "phrase-in-use": _("These words are in use. Reload the page and send it again."),
    "seat-unknown": _("Choose one of the three."),
    "not-an-outside-recipient": _("This account does not hold the role of outside recipient."),
    "one-seat-each": _("This account holds another of the three already."),
    "no-seat": _("The site has not named you."),
    "no-pause-of-yours": _("There is no such pause that you could lift."),
    "recipient-in-seat": _(
        "This person reads what is raised from outside. Another must be named first."
    ),
    "pin-of-another": _("Only the person themselves sets their PIN."),
    "factor-unknown": _("It was taken away already."),
    "session-unknown": _("It is logged out already."),
    "key-unknown": _("This key was ended already."),
    "check-unknown": _("Say what the code is for, and how you made sure who they are."),
    "recovery-of-oneself": _("Nobody lets themselves back in. Ask another administrator."),
    "account-closed": _("This account is closed."),
    "account-in-use": _("This account has a password already. Choose that they lost it."),
    "witness-missing": _("A second person must stand beside you: neither you nor they."),
    "witness-not-here": _("The witness holds no role here."),
    "code-wrong": _("This code is wrong or too old. Enter the one that the app shows now."),
    "passkey-kind-unknown": _("Choose where the passkey lives."),
    "pin-too-short": _("A PIN has at least six digits."),
    "pin-too-long": _("A PIN has at most twelve digits."),
    "pin-not-digits": _("A PIN has digits only."),
    "pin-trivial": _("This PIN is among the first that anybody tries. Choose another."),
    "words-erased": _("The words of this person were erased. Nothing was recorded."),
    "retention-forbids": _("The rules of keeping do not permit it on this day."),
    "another-person-signs": _("You signed already. Another person must sign."),
    "erasure-requested-already": _("This was asked already. It waits for signatures."),
    "classes-unknown": _("Choose what is to be erased."),
    "years-are-the-laws-own": _("This number is the law's own."),
    "years-do-not-fit": _("Enter whole years, from 0 to 100."),
    "access-changed": _("The list changed meanwhile. Look at it again."),
    "own-line": _("Your own role is decided by another reviewer."),
    "line-undecided": _("Keep or end each role."),
    "line-unknown": _("This role is not on the list."),
    "not-yours-to-end": _(
        "This role is of the whole organisation. A site cannot end it; its administrator can."
    ),
    "nothing-decided": _("There is no role to decide here but your own."),
    "glass-not-needed": _("You may open this record as it is. It needs no emergency."),
    "glass-time-unknown": _("How long it would stay open is not known, so nothing was opened."),
    "glass-ended-already": _("It is closed already."),
    "glass-own-review": _("You opened it yourself. Somebody else reviews it."),
    "glass-reviewed-already": _("It was reviewed already."),
    "words-missing": _("Say it in your own words."),
    "not-permitted": _("Your roles do not allow this at this site."),
    "proof-missing": _("Enter your password again to sign."),
    "proof-of-another": _("Enter your own password to sign."),
    "proof-expired": _("More than two minutes have passed. Enter your password again."),
    "proof-used": _("A signature was already made with this. Enter your password again."),
    "verdict-not-latest": _(
        "The verdict has changed since this page was shown. Read it again, then sign."
    ),
    "already-confirmed": _("This verdict is confirmed already."),
    "already-corrected": _("This entry was corrected already. Reload the page."),
    "another-role-may": _("The protocol lets another role set this aside."),
    "not-overridable": _("The protocol lets nobody set this aside."),
    "nothing-to-override": _("This finding neither stops nor asks any more."),
    "already-followed": _("A later line about this person is in the log already."),
    "enrollment-missing": _("Choose whose screening this line is about."),
    "enrollment-of-another-site": _("This person is at another site."),
    "line-of-another-site": _("The earlier line is at another site."),
    "in-the-future": _("This moment has not come yet."),
    "another-question": _("This answers another question."),
    "question-unknown": _("This protocol does not ask this question."),
    "answer-does-not-fit": _("This answer does not fit the question."),
    "rule-unknown": _("There is no such rule of retention."),
    "kind-unknown": _("Choose a condition, a procedure or an allergy."),
    "reason-unknown": _("Choose a reason from the list."),
    "source-unknown": _("Choose a source from the list."),
    "outcome-unknown": _("Choose a decision from the list."),
    "form-unknown": _("Choose a call, a web inquiry or a letter."),
    "safety-not-asked": _("Ask whether they are safe: it comes before anything else."),
    "way-unknown": _("Choose a way of contact from the list."),
    "way-missing": _("Say how they may be reached."),
    "message-without-contact": _("Who may not be contacted gets no message."),
    "duplicates-undecided": _("They may be known here already. Say who it is, below."),
    "not-a-duplicate": _("The possible duplicates have changed. Look again, below."),
    "same-as-two": _("They can be the same as one person only."),
    "scan-empty": _("This file is empty."),
    "scan-too-large": _("This scan is larger than 8 MB."),
    "scan-of-another-kind": _("By its content this is no whole PDF, JPEG or PNG."),
    "addressee-unknown": _("Choose the person or the referrer."),
    "no-permission-to-contact": _("The person did not permit us to contact them."),
    "no-permission-to-tell": _(
        "The person did not permit us to tell the referrer more. Leave the addition empty."
    ),
    "step-unknown": _("Choose a step from the list."),
    "before-the-last-step": _("This day is before the last step."),
    "already-waiting": _("They are on the list already."),
    "not-waiting": _("They are not on the list."),
    "country-unknown": _("Write the two capital letters of the country."),
    "number-does-not-fit": _("A number has digits and spaces."),
    "post-unknown": _("Choose a post from the list."),
    "hours-do-not-fit": _("These hours cannot be: look at the days."),
    "nobody-of-this-site": _("This person holds no role at this site."),
    "channel-unknown": _("Choose a channel that there is."),
    "channel-of-another": _("This channel belongs to somebody else."),
    "address-does-not-fit": _("This is no address or number for this channel."),
    "code-does-not-fit": _("This is not the code that the test carried."),
    "room-does-not-fit": _("Use a short code and a title of at most 80 characters."),
    "room-code-taken": _("There is a room by this code already."),
    "device-key-does-not-fit": _("The key of this device cannot be used. Reload the page."),
    "device-revoked": _("This device was revoked. Hand it to the site lead."),
    "already-revoked": _("This device was revoked already."),
    "two-people-needed": _("Two different people are needed."),
    "not-all-permitted": _("Not everybody named may write in a room about everybody named."),
    "nobody-named": _("Say for whom the room is opened."),
    "already-open": _("This device has an opening that nobody closed yet. Close it first."),
    "opening-over": _("This opening is over."),
    "in-the-room-already": _("They are in the room already."),
    "not-in-the-room": _("They are not in the room. Let them come in first."),
    "not-of-this-room": _("Only somebody who was in this room can do that."),
    "entry-is-nobodys": _("There are entries that are nobody's yet. Say whose they are first."),
    "entries-kept-on-the-device": _("This device keeps entries that were not received yet."),
    "somebodys-already": _("This entry is somebody's already."),
    "room-kind-unknown": _("Choose a kind of entry from the list."),
    "limit-unknown": _("This protocol has no such limit."),
    "nothing-to-record": _("No answer was given, so nothing was recorded."),
    "reason-missing": _("Say why the person goes no further."),
    "value-does-not-fit": _("This number cannot stand for this limit."),
    "unit-does-not-fit": _("This unit does not fit the limit."),
    "limit-is-the-protocols-own": _(
        "This number is the protocol's own. Another one is an amendment."
    ),
    "jurisdiction-unknown": _("Choose a jurisdiction from the list."),
    "jurisdiction-missing": _("First record under which law the site works."),
    "approval-kind-unknown": _("The site's jurisdiction has no such kind of approval."),
    "approval-days-do-not-fit": _(
        "The last day is before the first, or there is both a last day and none."
    ),
    "approval-of-another-site": _("This approval is of another site."),
    "document-does-not-fit": _("This number or hash cannot be that of a document."),
    "scope-missing": _("This kind of approval names more: see the marked fields."),
    "scope-not-of-this-kind": _("This kind of approval is not for that."),
    "product-does-not-fit": _("Write the product in lower-case words joined by hyphens."),
    "consent-version-does-not-fit": _(
        "Write the consent version in letters, digits, points and hyphens."
    ),
    "protocol-unknown": _("There is no such protocol version."),
    "role-unknown": _("There is no such role."),
    "invitation-wrong": _("This code is not known, was used, or is too old. Ask for a new one."),
    "login-tells-the-name": _("This has your own name in it. Make up another."),
    "copy-requested-already": _("You asked already. The clinic sees it."),
    "study-unknown": _("There is no such study."),
    "ends-before-it-begins": _("It would end before it begins."),
    "ends-later-than-given": _("A role can end sooner than it was given for, never later."),
    "blinded-and-unblinded": _(
        "This person holds a role on the other side of the blind for the same study at that time."
    ),
    "role-stands-alone": _(
        "One of the two roles stands alone: whoever holds it holds no other role here at that time."
    ),
    "own-unblinding": _("Nobody gives themselves a role that sees behind the blind."),
    "login-not-fit": _("A login name has small letters, digits, dots and dashes, at most 60."),
    "login-taken": _("This login name is taken. Choose another."),
    "holder-of-another-site": _("This person holds no role at this site."),
    "already-withdrawn": _("This approval was withdrawn already."),
    "nothing-to-change": _("This approval is in that state already."),
}
CONFLICT = _(
    "This entry was already sent with other content. Both are kept for a person to settle. "
    "Reload the page before you go on."
)


def refusal_words(outcome: Conflict | Refusal | Any) -> Any:
    """The words of a refusal or a conflict; its code where there are none yet."""
    if isinstance(outcome, Conflict):
        return CONFLICT
    if "problem" in outcome.values:
        return outcome.values["problem"]
    return REFUSALS.get(outcome.reason) or _("Not recorded (%(code)s).") % {"code": outcome.reason}
