"""What was just done, said once on the page one is sent on to.

The session keeps a code, never words, so that nothing of a person lies there.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

KEY = "done"
DONE = {
    "session-opened": _("The session is open."),
    "paper-typed": _("Typed in and signed. It was judged at its own time: look at the alarms."),
    "paper-signed": _("Signed."),
    "pack-settled": _("Recorded."),
    "recordings-drawn": _("Drawn, and on record."),
    "randomized": _("Randomized. The slot is taken for good."),
    "kit-drawn": _("A kit is drawn. Its number stands here."),
    "course-enroll": _("The course is open."),
    "course-hold": _("The visit is recorded. The plan counts from it."),
    "course-miss": _("Recorded. The visit is still to come."),
    "course-skip": _("Recorded. The plan does without it."),
    "course-book": _("Everything is booked together."),
    "course-cancel": _("The booking is cancelled whole."),
    "course-pass": _("The gate was open. It may begin today."),
    "course-state": _("Stated."),
    "course-aside": _("Signed. It is on record as a deviation."),
    "course-pair": _("The pair is assigned."),
    "course-cover": _("Recorded who stands in."),
    "course-ask": _("Asked. Nobody is asked why."),
    "course-unask": _("Taken back. It stays in the record."),
    "course-back": _("Taken back. It stays in the record, and the plan counts no more from it."),
    "course-deviation": _("The deviation is on record."),
    "course-amend": _("The course goes on under the other version. The verdict was judged anew."),
    "course-transfer": _("Transferred. The other site receives the person now."),
    "course-received": _("Received. Judge and sign by the numbers of this site, then enroll."),
    "therapist-asked": _("The clinic sees now that you asked. Nobody asks you why."),
    "therapist-unasked": _("Taken back."),
    "course-turn": _("Recorded."),
    "course-attempt": _("Recorded."),
    "course-close": _("The course is closed."),
    "recipients-changed": _("Recorded."),
    "passkey-added": _("The passkey is added."),
    "totp-added": _("The app for codes is set up."),
    "factor-removed": _("It is taken away. It opens nothing any more."),
    "pin-set": _("The PIN is set."),
    "pin-removed": _("You have no PIN any more."),
    "password-changed": _("The password is changed. Every other log-in of yours has ended."),
    "session-ended": _("It is logged out."),
    "sessions-ended": _("Every other log-in of yours has ended."),
    "api-key-withdrawn": _("The key opens nothing any more."),
    "factor-is-the-last": _("This is your only one. Add another first, then take this away."),
    "account-opened": _("The account is open. It may do nothing until it has a role."),
    "role-given": _("The role is given."),
    "role-ended": _("Recorded when the role ends."),
    "copy-requested": _("The clinic sees now that you asked."),
    "journal-made": _("Your journal is ready. Only your phrase opens it."),
    "journal-closed": _("Your journal is closed."),
    "phrase-changed": _("The phrase is changed. The old one opens nothing any more."),
    "words-kept": _("Kept. Nobody else can read it."),
    "words-shared": _("Signed. Those you named can read it now."),
    "words-taken-back": _("Taken back. No page shows it to them any more."),
    "calendar-ended": _("The address answers nothing any more."),
    "on-call-number-set": _("The number is set for this site."),
    "erasure-requested": _("Recorded. Two people must sign."),
    "erasure-signed": _("Signed."),
    "retention-signed": _("Signed. The years hold for this site from now on."),
    "answer-recorded": _("Recorded. The verdict was judged again."),
    "answers-recorded": _("Recorded as one conversation. The verdict was judged again."),
    "answer-corrected": _("Corrected. The earlier answer stays in the record."),
    "medication-recorded": _("The medication is recorded, and the verdict was judged again."),
    "condition-recorded": _("The entry is recorded, and the verdict was judged again."),
    "verdict-confirmed": _("Signed. The verdict is confirmed."),
    "verdict-undetermined": _(
        "Signed: it cannot be decided today. What is open stays on the worklist."
    ),
    "finding-overridden": _("Signed. The finding is set aside, and the deviation is on record."),
    "limit-signed": _("Signed. The number holds for this site from now on."),
    "jurisdiction-recorded": _("Signed. It is recorded under which law the site works."),
    "approval-recorded": _("Signed. The approval is on record."),
    "approval-changed": _("Signed. What befell the approval is on record."),
    "prescreening-recorded": _("The entry is in the log."),
    "call-opened": _("The referral is open. Each answer is kept as you give it."),
    "contact-changed": _("Recorded. It holds from now on."),
    "call-counted": _("Nothing was kept. One person without a name is counted here."),
    "crisis-number-set": _("The number is set for this site."),
    "scan-attached": _("The scan is kept, encrypted for this person."),
    "consent-recorded": _("Recorded. What stands of the consent is below."),
    "consent-set": _("Signed. The document is in force at this site from now on."),
    "consent-paper": _("Recorded with its scan and your signature."),
    "consent-countersigned": _("Signed. Your signature stands beside the person's."),
    "letter-written": _("The letter is kept as it goes out. Open it to print it."),
    "waiting-list-changed": _("The step is recorded."),
    "access-reviewed": _("Signed. What you ended is ended."),
    "time-signed": _("Signed. The time runs for this site from now on."),
    "glass-broken": _("The record is open. The site lead is told now."),
    "glass-ended": _("Closed. Nothing more of that record opens to you."),
    "glass-reviewed": _("Signed. The review is on record."),
    "unblinding-reviewed": _("Signed. The review of the unblinding is on record."),
    "unblinding-reported": _("Reported and counted. Nobody is asked which arm it was."),
    "seat-named": _("Named. They are told of every emergency unblinding from now on."),
    "guess-locked": _("Signed and locked. Nobody can change it."),
    "lock-asked": _("Signed. Somebody else signs second; nothing is locked until then."),
    "database-locked": _("Signed by two. The data are locked."),
    "lift-asked": _("Signed. The lock stands until somebody else signs as well."),
    "lock-lifted": _("Signed by two. The lock is lifted."),
    "export-signed": _("Signed."),
    "report-made": _("Counted. The report is on record."),
    "clinical-recorded": _("Recorded."),
    "custody-notice": _("Signed. It is on record as done."),
    "custody-settled": _("Recorded what came of it."),
    "order-signed": _("Signed. The order stands from now on."),
    "order-cancelled": _("Cancelled. No dose is given on it."),
    "duty-paged": _("Paged. It climbs until somebody answers."),
    "duty-answered": _("Your answer is recorded."),
    "duty-test-begun": _("A code is on its way by this channel. Enter it here."),
    "duty-contact-kept": _("Your channels are recorded. Test each of them."),
    "duty-rostered": _("The roster is changed."),
    "duty-time-signed": _("Signed. The time holds for this site from now on."),
    "room-added": _("The room is named."),
    "room-device-revoked": _("The device is revoked. What still comes from it is kept apart."),
    "room-entry-settled": _("Recorded whose it is."),
    "room-entry-from-paper": _("Recorded, with both times."),
    "drug-moved": _("Recorded. The register has its line."),
    "drug-moved-differs": _(
        "Recorded. It does not fit the book: a discrepancy is open, to settle."
    ),
    "drug-counted": _("The count is recorded. Whether it differs is not shown to whoever counts."),
    "discrepancy-reported": _("Reported. It stays open until somebody settles it by name."),
    "discrepancy-settled": _("Settled by name. It stays in the record."),
    "custody-confirmed": _("Recorded what you say of it."),
    "drug-store-opened": _("The store is open. Name its safe first."),
    "custody-place-added": _("The place is named."),
    "referral-imported": _("The referral is imported."),
    "referral-known": _("This bundle was imported before. Nothing has changed."),
    "referral-counted": _(
        "Nothing of the file was kept. One person without a name is counted here."
    ),
}


def go_on(request: HttpRequest, address: str, done: str) -> HttpResponse:
    """Send the reader on, and remember what was done for the next page."""
    request.session[KEY] = done
    response: HttpResponse = HttpResponseRedirect(address)
    if request.headers.get("X-Upload") == "script":
        # The script that shows the progress follows by itself, so that the page is read once.
        response = HttpResponse(status=200)
        response["X-Location"] = address
    return response


def done_words(request: HttpRequest) -> str:
    """What was just done, once; empty if nothing was."""
    return str(DONE.get(request.session.pop(KEY, ""), ""))
