"""The journal of one enrollment, and the record as it stood at any position."""

from datetime import UTC
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from holdfast.definitions.sentences import question_sentence
from holdfast.domain.findings import Decision
from holdfast.records.care import Enrollment
from holdfast.records.forgotten import is_erased
from holdfast.records.histories import (
    EnrollmentPast,
    JournalLine,
    answers_of,
    enrollment_as_of,
    journal_page,
    last_position,
)
from holdfast.records.people import User
from holdfast.records.protocols import protocol_of
from holdfast.web.admitted import Admitted
from holdfast.web.staff.blind_words import EVENTS as UNBLINDING
from holdfast.web.staff.erased_words import erased_words
from holdfast.web.staff.forms import AsOfForm
from holdfast.web.staff.known import source_words, value_words
from holdfast.web.staff.topics import FEW, Group, by_topic
from holdfast.web.staff.who import enrollment_at, may_see_names
from holdfast.web.words import DECISIONS

PER_PAGE = 50
EVENTS = {
    **UNBLINDING,
    "course-opened": _("A course was opened"),
    "course-turned": _("The course took a turn"),
    "course-closed": _("The course was closed"),
    "course-amended": _("The course went under another version of its protocol"),
    "contact-tried": _("Somebody tried to reach the person"),
    "visit-held": _("A visit took place"),
    "visit-missed": _("An appointment was not kept"),
    "visit-skipped": _("It was said that a visit will not be"),
    "visit-taken-back": _("A visit was not as recorded"),
    "deviation-recorded": _("A deviation was recorded"),
    "pair-assigned": _("Two therapists were assigned"),
    "absence-covered": _("Somebody stands in for a therapist"),
    "change-asked": _("Another therapist was asked for"),
    "change-withdrawn": _("Asking for another therapist was taken back"),
    "gate-passed": _("A gate was asked, and was open"),
    "condition-stated": _("A condition of a gate was stated"),
    "gate-overridden": _("A condition of a gate was set aside"),
    "approval-entered-in-error": _("An approval was found to be entered in error"),
    "private-key-made": _("The person made the key of their private journal"),
    "private-phrase-changed": _("The person changed the phrase of their private journal"),
    "private-entry-written": _("The person wrote in their private journal"),
    "private-entry-shared": _("The person shared an entry of their private journal"),
    "private-sharing-ended": _("The person took back what they had shared"),
    "calendar-address-made": _("The person made a private address for their calendar"),
    "calendar-address-ended": _("The person took back the address for their calendar"),
    "room-entry-recorded": _("Something was written in a room"),
    "room-entry-settled": _("It was said whose an entry of a room is"),
    "room-entry-from-paper": _("Something written on paper in a room was typed in"),
    "session-opened": _("A dosing session was opened"),
    "session-entry-recorded": _("Something was recorded in a dosing session"),
    "session-entry-moved": _("An entry was moved here from the session of somebody else"),
    "session-entry-moved-away": _("An entry was moved away to the session of somebody else"),
    "session-judged": _("A dosing session was judged again"),
    "session-watched": _("The watch found something in a dosing session"),
    "session-paged": _("Whoever is on duty was paged about a dosing session"),
    "session-authorised": _("A gate of a dosing session was asked, and was open"),
    "session-set-aside": _("A finding of a dosing session was set aside"),
    "session-ordered": _("A physician ordered a dose"),
    "custody-notice-made": _("A notice, form or inventory of controlled drugs was recorded"),
    "custody-duty-told": _("It was told what the law of custody asks for"),
    "custody-reconciled": _("It was told that the record of controlled drugs does not agree"),
    "custody-pattern-found": _("The watch found a pattern in the movements of controlled drugs"),
    "custody-pattern-settled": _("It was said what came of looking into a pattern"),
    "list-activated": _("A sealed allocation was put in force"),
    "list-seconded": _("A second person signed for a sealed allocation"),
    "participant-randomized": _("The person was randomized"),
    "kit-dispensed": _("A kit was drawn for a visit"),
    "kits-taken-in": _("Kits were taken in"),
    "kits-barred": _("Kits were taken out of use"),
    "kits-asked-for": _("Kits were asked for"),
    "dose-ordered": _("A prescriber ordered the doses of a session"),
    "dose-order-cancelled": _("An order of the doses of a session was cancelled"),
    "session-limit-signed": _("A physician signed a limit for this person"),
    "session-closed": _("A dosing session was closed"),
    "recordings-drawn": _("Recordings were drawn for independent review"),
    "session-pack-made": _("A pack of paper was made for a dosing session"),
    "session-pack-settled": _("It was said what became of a pack of paper"),
    "session-paper-typed": _("Lines written on paper in a dosing session were typed in"),
    "session-paper-signed": _("Who wrote on paper signed what was typed in"),
    "session-planned": _("The plan of a dosing session was compiled anew"),
    "erasure-requested": _("It was asked that words be erased"),
    "erasure-signed": _("The first person signed that words be erased"),
    "keys-destroyed": _("Words were erased: their keys were destroyed"),
    "patient-invited": _("The person was given a code for an account of their own"),
    "patient-account-opened": _("The person opened an account of their own"),
    "patient-account-recovered": _("The person set a new password with a code"),
    "copy-requested": _("The person asked for a copy of their record"),
    "record-handed-out": _("Something of the record was handed out"),
    "glass-broken": _("The record was opened in an emergency"),
    "glass-closed": _("Whoever opened the record in an emergency closed it"),
    "glass-reviewed": _("An emergency opening was reviewed"),
    "referral-opened": _("A referral was opened"),
    "referral-added": _("A referral added to what was known"),
    "call-recorded": _("A first contact was recorded, with what was permitted"),
    "contact-permission-changed": _("What a person permits of contact was said anew"),
    "scan-attached": _("A scan was kept"),
    "consent-put-in-force": _("A consent document was put in force"),
    "consent-document-given": _("The consent document was given to the person"),
    "consent-talked-over": _("A clinician talked the consent over with the person"),
    "comprehension-answered": _("A question of the consent was answered"),
    "comprehension-explained": _("A clinician explained something of the consent"),
    "consent-signed": _("The person signed their consent in their own account"),
    "consent-signed-on-paper": _("A consent signed on paper was recorded, with scan and witness"),
    "consent-countersigned": _("The clinician signed the consent"),
    "consent-withdrawn": _("The person took their consent back"),
    "agreement-kept": _("The person said what they allow under the drug"),
    "stop-word-chosen": _("The person chose their stop-word"),
    "impairment-recorded": _("A dose, or that it has worn off, was recorded"),
    "letter-written": _("A letter was written"),
    "waiting-list-changed": _("A step on the waiting list was recorded"),
    "test-ordered": _("A test was ordered"),
    "test-cancelled": _("An order was cancelled"),
    "test-collected": _("What a test needs was taken"),
    "test-resulted": _("The report of a test was written in"),
    "results-reviewed": _("A physician reviewed results and signed"),
    "clinical-alarm-raised": _("Something overdue was paged"),
    "taper-agreed": _("A taper was agreed"),
    "taper-turned": _("It was said what happened to a taper"),
    "safety-plan-agreed": _("A safety plan was agreed"),
    "contact-named": _("Somebody who can be reached was named"),
    "call-planned": _("A call was planned"),
    "calls-planned": _("The calls that the protocol asks for after a session were planned"),
    "call-held": _("A call was recorded"),
    "goal-set": _("A goal was set"),
    "goal-rated": _("A goal was rated"),
    "readiness-judged": _("Readiness and trust were judged"),
    "note-written": _("A note was written"),
    "psychotherapy-note-written": _("A therapist wrote a note of their own, kept apart"),
    "outside-treatment-recorded": _("A treatment elsewhere was recorded"),
    "psychedelic-use-recorded": _("Lifetime use of a psychedelic was recorded"),
    "checklist-done": _("A checklist was gone through"),
    "event-noted": _("Something that may be an adverse event was noted"),
    "event-settled": _("A possible adverse event was linked or dismissed, with a signature"),
    "answer-recorded": _("An answer was recorded"),
    "answers-recorded": _("Answers of one conversation were recorded"),
    "medication-recorded": _("A medication was recorded"),
    "history-recorded": _("A condition, procedure or allergy was recorded"),
    "answer-corrected": _("An answer was corrected"),
    "medication-corrected": _("A medication was corrected"),
    "history-corrected": _("A condition, procedure or allergy was corrected"),
    "verdict-shown": _("A verdict was shown"),
    "verdict-not-judged": _("The verdict could not be judged"),
    "board-not-followed": _("The board could not be made again"),
    "verdict-confirmed": _("A physician confirmed the verdict"),
    "record-looked-at": _("Somebody looked at a person's record"),
    "retention-signed": _("A period of retention was signed"),
    "finding-overridden": _("A finding was set aside"),
    "became-overdue": _("What it waits for became overdue"),
    "message-received": _("A message was delivered"),
    "message-failed": _("A message could not be delivered"),
    "conflict-kept": _("An entry came twice with different content; both are kept"),
}


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Entries by position, and the state at the position that was chosen."""
    enrollment = enrollment_at(request, enrollment_id)
    form = AsOfForm(request.GET or None)
    is_wrong = form.is_bound and not form.is_valid()
    past = _past(enrollment, form)
    newest = last_position(enrollment.id)
    top = _top(request, newest)
    lines = journal_page(enrollment.id, top, PER_PAGE)
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "protocol_title": protocol_of(enrollment).title,
        "as_of_form": form,
        "as_of_chosen": form.is_bound and not is_wrong and past.position != newest,
        "entries": _entries(lines),
        "top": top if top < newest else "",
        "position": past.position,
        "head": newest,
        "earlier": _step(request, top - PER_PAGE) if top > PER_PAGE else "",
        "later": _step(request, min(top + PER_PAGE, newest)) if top < newest else "",
        **_state(request, past),
    }
    return render(request, "staff/journal.html", context, status=422 if is_wrong else 200)


def _past(enrollment: Enrollment, form: AsOfForm) -> EnrollmentPast:
    if not form.is_bound or not form.is_valid():
        return enrollment_as_of(enrollment)
    moment = form.cleaned_data["moment"]
    return enrollment_as_of(
        enrollment,
        position=form.cleaned_data["position"],
        moment=moment.astimezone(UTC) if moment else None,
    )


def _top(request: Admitted, newest: int) -> int:
    """The newest position listed on this page of the journal."""
    asked = request.GET.get("top", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 12:
        return max(1, min(int(asked), newest))
    return newest


def _step(request: Admitted, top: int) -> str:
    kept = {k: v for k in ("position", "moment") if (v := request.GET.get(k))}
    return urlencode(kept | {"top": str(top)})


def _entries(lines: list[JournalLine]) -> list[dict[str, Any]]:
    logins = dict(
        User.objects.filter(id__in={line.event.by for line in lines}).values_list("id", "login")
    )
    return [
        {
            "position": line.event.position,
            "words": _words(line),
            "at": line.event.recorded_at,
            "by": logins.get(line.event.by, ""),
            "hash": line.entry_hash,
        }
        for line in lines
    ]


def _words(line: JournalLine) -> str:
    """What happened, in words; a verdict says what it was."""
    words = str(EVENTS.get(line.event.kind, line.event.kind))
    decision = line.event.values.get("decision")
    return f"{words}: {DECISIONS[decision]}" if decision in DECISIONS else words


def _state(request: Admitted, past: EnrollmentPast) -> dict[str, Any]:
    """The verdict and the answers at a position; answers only for who may see the referral."""
    lines = journal_page(past.enrollment.id, past.position, 1)
    verdict = past.verdicts[-1] if past.verdicts else None
    erased = is_erased(past.enrollment.person_id)
    may = may_see_names(request) and not erased
    answers = _answers(past) if may else []
    return {
        "state_at": lines[0].event.recorded_at if lines else None,
        "state_decision": verdict.decision if verdict else "",
        "state_words": DECISIONS[Decision(verdict.decision)] if verdict else "",
        "state_confirmed": bool(
            verdict and any(row.verdict_id == verdict.id for row in past.confirmations)
        ),
        "may_see_answers": may,
        "erased_words": erased_words(past.enrollment.person_id) if erased else "",
        "state_count": len(answers),
        "state_groups": _grouped(answers),
    }


def _grouped(answers: list[dict[str, str]]) -> list[Group[dict[str, str]]]:
    """Answers by topic: folded where they are many."""
    groups = by_topic(answers, lambda answer: answer["code"])
    for group in groups:
        group.is_open = len(answers) <= FEW
    return groups


def _answers(past: EnrollmentPast) -> list[dict[str, str]]:
    language = get_language() or "en"
    return [
        {
            "code": answer.question,
            "question": question_sentence(answer.question, language),
            "value": value_words(answer),
            "source": source_words(answer, answer.observed_on),
        }
        for answer in answers_of(past)
    ]
