"""The screening of one enrollment: the verdict as it is shown, with what there is to do about it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.actions.judging import latest_verdict, local_date, not_judged_since
from holdfast.actions.verdicts import judge
from holdfast.definitions import questions
from holdfast.domain.findings import Decision
from holdfast.domain.questions import QuestionKind
from holdfast.records import access
from holdfast.records.canonical import fact_sha256
from holdfast.records.care import Enrollment, VerdictShown
from holdfast.records.forgotten import is_erased
from holdfast.records.histories import EnrollmentPast, enrollment_as_of, person_of
from holdfast.records.protocols import protocol_of
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words
from holdfast.web.staff.confirming import about, confirming_context
from holdfast.web.staff.erased_page import erased_page
from holdfast.web.staff.forms import (
    ConditionForm,
    ConfirmForm,
    MedicationForm,
    OverrideForm,
)
from holdfast.web.staff.known import (
    answers_by_question,
    day_words,
    history_rows,
    medications_with_address,
)
from holdfast.web.staff.medicines import medication_rows
from holdfast.web.staff.shown import DecisionShown, FindingShown, read_shown
from holdfast.web.staff.topics import folded
from holdfast.web.staff.who import enrollment_at, may_see_names, name_of
from holdfast.web.words import DECISIONS


@dataclass
class Sent:
    """A form that came back with errors, put where it was sent from."""

    medication: MedicationForm | None = None
    condition: ConditionForm | None = None
    confirm: ConfirmForm | None = None
    override: OverrideForm | None = None


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The verdict on the site's date of today, and what there is to do about it."""
    enrollment = enrollment_at(request, enrollment_id)
    return screening_page(request, enrollment)


def screening_page(
    request: Admitted, enrollment: Enrollment, sent: Sent | None = None
) -> HttpResponse:
    """The page; 422 where a form came back with errors."""
    if is_erased(enrollment.person_id):
        return erased_page(request, enrollment)
    verdict = verdict_of_today(request, enrollment)
    shown = read_shown(verdict, with_words=may_see_names(request))
    past = enrollment_as_of(enrollment)
    back = sent or Sent()
    _put_forms(request, enrollment, verdict, shown, past, back)
    to_ask = [finding for finding in shown.asks if not finding.awaits_signature]
    confirming = confirming_context(request, verdict, shown, back.confirm)
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "number": enrollment.label,
        "person_words": _person_words(request, past),
        "stops": shown.stops,
        "asks": shown.asks,
        "asks_folded": bool(shown.stops),
        "to_ask": to_ask,
        "to_ask_groups": folded(to_ask),
        "to_sign": [finding for finding in shown.asks if finding.awaits_signature],
        "ask_href": _ask_href(request, enrollment, shown),
        "set_aside": shown.set_aside,
        "met": shown.met,
        "medications": medication_rows(
            shown.medications,
            shown.findings,
            medications_with_address(request, past) if may_see_names(request) else [],
        ),
        "history": history_rows(request, past) if may_see_names(request) else None,
        "verdicts": _verdicts(request, enrollment, past),
        "verdict": verdict,
        "hash": fact_sha256(verdict),
        "checked_on": checked_on(verdict),
        "not_judged_since": not_judged_since(enrollment.id),
        "done": done_words(request),
        **shown.context(),
        **_entry_forms(request, back),
        **confirming,
    }
    return render(request, "staff/screening.html", context, status=422 if sent else 200)


def verdict_of_today(request: Admitted, enrollment: Enrollment) -> VerdictShown:
    """The verdict that stands today: judged again where the site's date has moved on."""
    now = timezone.now()
    today = local_date(enrollment.site, now)
    verdict = latest_verdict(enrollment.id)
    if verdict is None or verdict.as_of != today:
        judge(enrollment=enrollment, as_of=today, by=request.user, now=now, because="date")
        verdict = latest_verdict(enrollment.id)
    assert verdict is not None
    return verdict


def checked_on(verdict: VerdictShown) -> date | None:
    """The day on which an older verdict was judged again and stood unchanged: the site's today."""
    today = local_date(verdict.enrollment.site, timezone.now())
    return today if today != verdict.as_of else None


def _put_forms(
    request: Admitted,
    enrollment: Enrollment,
    verdict: VerdictShown,
    shown: DecisionShown,
    past: EnrollmentPast,
    back: Sent,
) -> None:
    """Put to each finding what is recorded, and the forms by which it can be answered."""
    protocol = protocol_of(enrollment)
    recorded = answers_by_question(request, past) if may_see_names(request) else {}
    asked: dict[tuple[str, str], FindingShown] = {}
    for place, finding in enumerate(shown.findings):
        finding.anchor = f"finding-{place}"
        criterion = protocol.criterion(finding.code)
        codes = criterion.questions if criterion else (finding.question or "",)
        finding.known = [line for code in codes for line in recorded.get(code, [])]
        if finding.outcome == "passed":
            continue
        _put_limit(request, protocol.name, finding)
        _put_answer(request, enrollment, finding, asked)
        _put_override(request, verdict, finding, back)


def _put_limit(request: Admitted, protocol: str, finding: FindingShown) -> None:
    limit = finding.values.get("limit")
    if limit and "limit.see" in request.permissions:
        site = request.here.code
        finding.limit_href = f"{reverse('staff:limits', args=[site])}#{protocol}-{limit}"


def _put_answer(
    request: Admitted,
    enrollment: Enrollment,
    finding: FindingShown,
    asked: dict[tuple[str, str], FindingShown],
) -> None:
    """The way to answer it; a finding that asks the same as an earlier one leads there."""
    if "answer.record" not in request.permissions or not finding.question:
        return
    question = questions.load().questions[finding.question]
    if question.kind is QuestionKind.ENTRY:
        finding.entry_href = "#medications"
        return
    medicine = str(finding.values.get("medicine", ""))
    key = (question.code, medicine if question.kind is QuestionKind.TEXT else "")
    if (first := asked.setdefault(key, finding)) is not finding:
        finding.entry_href = f"#{first.anchor}"
        return
    site = enrollment.site.code
    finding.answer_href = reverse("staff:answer", args=[site, enrollment.id, question.code])


def _ask_href(request: Admitted, enrollment: Enrollment, shown: DecisionShown) -> str:
    """Where the open questions are asked in one go, for who may record answers."""
    is_open = any(finding.answer_href for finding in shown.asks)
    if "answer.record" not in request.permissions or not is_open:
        return ""
    return reverse("staff:ask", args=[enrollment.site.code, enrollment.id])


def places_of(finding: FindingShown) -> list[str]:
    """Where in the imported record the answers stand that this finding found."""
    places = (finding.values.get(name) for name in ("place", "other_place"))
    return [str(place) for place in places if place]


def _put_override(
    request: Admitted, verdict: VerdictShown, finding: FindingShown, back: Sent
) -> None:
    """A form to set the finding aside, for the role that the protocol names."""
    if not finding.may_override or finding.set_aside:
        return
    if "verdict.override" not in request.permissions:
        return
    held = access.roles_of(request.user, request.here, timezone.now(), request.study)
    if finding.may_override not in held:
        return
    returned = back.override
    if returned is not None and returned.data.get("criterion") == finding.code:
        finding.override_form = about(returned, verdict)
        return
    finding.override_form = OverrideForm(
        auto_id=f"{finding.anchor}-aside-%s",
        initial={"verdict": verdict.id, "criterion": finding.code},
    )


def _entry_forms(request: Admitted, back: Sent) -> dict[str, Any]:
    if "answer.record" not in request.permissions:
        return {}
    return {
        "medication_form": back.medication or MedicationForm(auto_id="medication-%s"),
        "condition_form": back.condition or ConditionForm(auto_id="condition-%s"),
    }


def _verdicts(
    request: Admitted, enrollment: Enrollment, past: EnrollmentPast
) -> list[dict[str, Any]]:
    """Every verdict as it was shown, newest first."""
    logins = {v.recorded_by_id: v.recorded_by.login for v in past.verdicts}
    return [
        {
            "words": DECISIONS[Decision(verdict.decision)],
            "because": verdict.because,
            "at": verdict.recorded_at,
            "by": logins[verdict.recorded_by_id],
            "hash": fact_sha256(verdict),
            "checked_on": checked_on(verdict),
            "href": reverse(
                "staff:verdict-shown", args=[enrollment.site.code, enrollment.id, verdict.id]
            ),
        }
        for verdict in reversed(past.verdicts)
    ]


def _person_words(request: Admitted, past: EnrollmentPast) -> str:
    """Age, sex and whether the person is alive, for who may see it."""
    if not may_see_names(request):
        return ""
    person = person_of(past)
    words = []
    if person.born_on:
        today = local_date(past.enrollment.site, timezone.now())
        years = today.year - person.born_on.year
        years -= (today.month, today.day) < (person.born_on.month, person.born_on.day)
        words.append(_("%(years)d years") % {"years": years})
    if person.sex:
        words.append({"female": _("female"), "male": _("male")}.get(person.sex, person.sex))
    if person.is_deceased:
        died = person.died_on
        words.append(_("died on %(day)s") % {"day": day_words(died)} if died else _("has died"))
    return ", ".join(words)
