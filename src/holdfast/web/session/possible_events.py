"""Possible adverse events of a course: each with its course in time, linked or dismissed one by one."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.candidate_settling import PERMISSION, Settled, settle_candidate
from holdfast.domain.event_courses import EventCourse, event_courses
from holdfast.records.access import printed_name
from holdfast.records.adverse import AdverseEvent, CandidateSettled
from holdfast.records.care import Enrollment
from holdfast.records.clinical_care import EventCandidate
from holdfast.records.clinical_now import standing
from holdfast.records.session_now import session_log, sessions_of
from holdfast.web import fields
from holdfast.web.admitted import Admitted
from holdfast.web.clinical import words as said
from holdfast.web.clinical.lines import words_of
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.session.kinds import choice_words
from holdfast.web.staff.clinical import entry_of, frame_of, onward
from holdfast.web.staff.clinical_forms import text
from holdfast.web.staff.who import enrollment_at


class SettleForm(forms.Form):
    """One possible event, linked to an adverse event or dismissed."""

    entry_id = fields.entry_id()
    candidate = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What is it?"), choices=[*said.SETTLED.items()], widget=fields.Options
    )
    event = forms.ChoiceField(
        label=_("Which adverse event does it belong to?"),
        choices=[("", _("A new one"))],
        required=False,
    )
    reason = forms.ChoiceField(
        label=_("Why is it dismissed?"),
        choices=[("", _("It is not dismissed")), *said.DISMISSALS.items()],
        required=False,
    )
    words = text(_("What you see, and why"), required=False, rows=2)
    password = fields.password_again()

    def told(self) -> Settled:
        """What was decided."""
        given = self.cleaned_data
        event = UUID(given["event"]) if given["event"] else None
        return Settled(given["outcome"], event, given["reason"], given["words"])


@require_safe
def page(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Every possible event that stands, those that wait for a physician first."""
    return _page(request, enrollment_at(request, enrollment_id))


@require_POST
def settle(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """Link one to an adverse event, or dismiss it, and sign."""
    enrollment = enrollment_at(request, enrollment_id)
    if not request.POST.get("candidate"):
        return redirect(_href(enrollment))
    row = _meant(request, enrollment)
    form = _offered(SettleForm(request.POST, auto_id=f"settle-{row.id}_%s"), enrollment)
    if not form.is_valid():
        return _page(request, enrollment, row, form)
    secret = form.cleaned_data["password"]
    proof = prove(request, secret)
    if proof is None:
        form.add_error("password", not_proved(request, secret))
        return _page(request, enrollment, row, form)
    outcome = settle_candidate(
        entry=entry_of(request, enrollment, form), candidate=row, told=form.told(), proof=proof
    )
    return onward(
        request, outcome, form, _href(enrollment), lambda: _page(request, enrollment, row, form)
    )


def _meant(request: Admitted, enrollment: Enrollment) -> EventCandidate:
    """The possible event that is meant; not found where it is another course's."""
    try:
        wanted = UUID(request.POST["candidate"])
    except ValueError:
        raise Http404 from None
    row = EventCandidate.objects.filter(enrollment=enrollment, id=wanted).first()
    if row is None:
        raise Http404
    return row


def _href(enrollment: Enrollment) -> str:
    return reverse("events:page", args=[enrollment.site.code, enrollment.id])


def _page(
    request: Admitted,
    enrollment: Enrollment,
    about: EventCandidate | None = None,
    form: forms.Form | None = None,
) -> HttpResponse:
    may_judge = PERMISSION in request.permissions
    courses = _courses(enrollment)
    shown = []
    for row in standing(EventCandidate, enrollment):
        done = CandidateSettled.objects.filter(candidate=row).select_related("settled_by").first()
        mine = form if about is not None and about.id == row.id else None
        blank = SettleForm(auto_id=f"settle-{row.id}_%s", initial={"candidate": row.id})
        shown.append(
            _told(row, courses.get(_root(row).id))
            | {
                "settled": done and _settled(done),
                "form": (mine or _offered(blank, enrollment)) if may_judge and not done else None,
                "is_open": mine is not None,
            }
        )
    context = frame_of(request, enrollment) | {
        "events": sorted(shown, key=lambda each: each["settled"] is not None),
        "waiting": sum(each["settled"] is None for each in shown),
    }
    return render(request, "session/possible_events.html", context, status=422 if form else 200)


def _offered(form: "SettleForm", enrollment: Enrollment) -> "SettleForm":
    """With the adverse events of this course to choose from."""
    rows = AdverseEvent.objects.filter(enrollment=enrollment).order_by("position", "id")
    known = [(str(row.id), words_of(row, "words")[:80]) for row in rows]
    choice = form.fields["event"]
    assert isinstance(choice, forms.ChoiceField)
    choice.choices = [("", _("A new one")), *known]
    return form


def _root(row: EventCandidate) -> EventCandidate:
    """The row in which it was first told of."""
    while row.corrects_id is not None:
        row = EventCandidate.objects.get(id=row.corrects_id)
    return row


def _courses(enrollment: Enrollment) -> dict[UUID, EventCourse]:
    """The course in time of each candidate that a session told of, by the candidate first written."""
    found: dict[UUID, EventCourse] = {}
    for session in sessions_of(enrollment):
        courses = {one: course for course in _of(session) for one in course.entries}
        rows = EventCandidate.objects.filter(
            enrollment=enrollment, source="session", source_id__in=list(courses), corrects=None
        )
        found |= {row.id: courses[str(row.source_id)] for row in rows}
    return found


def _of(session: Any) -> tuple[EventCourse, ...]:
    return event_courses(session_log(session, timezone.now()))


def _told(row: EventCandidate, course: EventCourse | None) -> dict[str, Any]:
    words = words_of(row, "words")
    return {
        "id": row.id,
        "title": choice_words(course.term) if course else words,
        "source": said.SOURCES[row.source],
        "serious": said.YES_NO[row.is_serious],
        "is_loud": row.is_serious is not False,
        "known_at": row.known_at,
        "by": printed_name(row.known_by),
        "course": course
        and {
            "onset": course.onset,
            "peak": course.peak,
            "offset": course.offset,
            "severity": choice_words(course.severity) if course.severity else "",
            "valences": ", ".join(choice_words(one) for one in course.valences),
            "times": len(course.entries),
        },
    }


def _settled(row: CandidateSettled) -> dict[str, Any]:
    return {
        "outcome": said.SETTLED[row.outcome],
        "event": words_of(row.event, "words") if row.event else "",
        "reason": said.DISMISSALS[row.reason] if row.reason else "",
        "words": words_of(row, "words") if row.words else "",
        "at": row.settled_at,
        "by": printed_name(row.settled_by),
    }
