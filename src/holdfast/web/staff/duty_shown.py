"""What the page of duty shows: who is on, open pages, my channels, what is wrong."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from holdfast.definitions.duty import times
from holdfast.domain import duty, rota
from holdfast.domain.reachability import Reachability, reachable
from holdfast.records.access import covers, printed_name, staff_at
from holdfast.records.clinical import ClinicalAlarm
from holdfast.records.duty import DutyPage
from holdfast.records.keys import opened
from holdfast.records.people import Site, User
from holdfast.records.rota import (
    duty_now,
    page_value,
    pages_of,
    roster,
    standing_contacts,
    standing_hours,
    standing_times,
    zone_of,
)
from holdfast.web.admitted import Admitted, studies
from holdfast.web.staff.duty_forms import AnswerForm, EndForm, TestForm
from holdfast.web.staff.duty_words import (
    ANSWERS,
    CHANNELS,
    CONDITIONS,
    POSTS,
    REACHABLE,
    REASONS,
    SEEN,
    TOLD,
    WEEKDAYS,
)
from holdfast.web.staff.words import unit_words


def people_of(site: Site) -> list[tuple[str, str]]:
    """Everybody who holds a role at a site, for the roster."""
    pairs = [(str(user.id), printed_name(user)) for user in staff_at(site, timezone.now())]
    return sorted(pairs, key=lambda pair: pair[1])


def hours_of(site: Site) -> list[tuple[str, str]]:
    """The hours that stand on the roster, in words, for what may take their place."""
    names = _Names()
    return [
        (
            str(row.id),
            f"{names.of(row.user_id)}, {POSTS.get(row.post, row.post)}, {row.begins} \u2013 {row.ends}",
        )
        for row in standing_hours(site)
    ]


class _Names:
    """Printed names by account, each opened once."""

    def __init__(self) -> None:
        self._known: dict[UUID, str] = {}

    def of(self, person: UUID) -> str:
        if person not in self._known:
            self._known[person] = printed_name(User.objects.get(id=person))
        return self._known[person]


def shown(request: Admitted) -> dict[str, Any]:
    """The whole page, as it stands now."""
    site, now, names = request.here, timezone.now(), _Names()
    hours = standing_hours(site)
    rows = pages_of(site, now)
    state = duty_now(site, rows, now)
    values = [page_value(row) for row in rows]
    following = rota.next_turns(roster(hours), zone_of(site), now)
    return {
        "turns": [
            _turn(turn, names, reachable(turn.person, values, state)) for turn in state.turns
        ],
        "following": [_turn(turn, names, None) for turn in following],
        "conditions": [_condition(found, names) for found in duty.conditions(values, state)],
        "open_pages": _open_pages(request, rows, state, names),
        "channels": _channels(request, rows, state),
        "times": _times(site),
        "roster": [
            {
                "who": names.of(row.user_id),
                "post": POSTS.get(row.post, row.post),
                "days": [words for code, words in WEEKDAYS if code in row.weekdays],
                "row": row,
                "end": EndForm(initial={"hours": row.id}, auto_id=f"end-{row.id}-%s"),
            }
            for row in hours
        ],
    }


def _turn(turn: rota.Turn, names: _Names, reach: Reachability | None) -> dict[str, Any]:
    return {
        "who": names.of(turn.person),
        "post": POSTS[turn.post],
        "begins": turn.begins,
        "ends": turn.ends,
        "outcome": reach.outcome.value if reach else "",
        "reach": REACHABLE[reach.reason] if reach else "",
        "until": reach.until if reach else None,
    }


def _condition(found: duty.Condition, names: _Names) -> dict[str, Any]:
    return {
        "words": CONDITIONS[found.code],
        "who": names.of(found.person) if found.person else "",
        "channel": CHANNELS.get(found.channel, ""),
    }


def _about(request: Admitted, rows: Sequence[DutyPage]) -> dict[UUID, dict[str, str]]:
    """Whose clinical record a page is about, by number, for those who may read that record."""
    may = studies(request, "clinical.see")
    alarms = ClinicalAlarm.objects.filter(page__in=[row.id for row in rows])
    return {
        alarm.page_id: {
            "label": alarm.enrollment.label,
            "href": reverse("staff:clinical", args=[request.here.code, alarm.enrollment_id]),
        }
        for alarm in alarms.select_related("enrollment__site")
        if covers(may, alarm.enrollment.protocol_name)
    }


def _open_pages(
    request: Admitted, rows: Sequence[DutyPage], state: duty.Duty, names: _Names
) -> list[dict[str, Any]]:
    about = _about(request, rows)
    return [
        {
            "reason": (REASONS | TOLD).get(row.reason, row.reason),
            "post": POSTS.get(row.post, ""),
            "at": row.asked_at,
            "by": names.of(row.asked_by_id),
            "about": about.get(row.id),
            "reached": [
                names.of(person)
                for person in dict.fromkeys(
                    a.person for a in state.attempts if a.page == row.id and a.is_received
                )
            ],
            "form": AnswerForm(initial={"page": row.id}, auto_id=f"page-{row.id}-%s"),
            "answers": (SEEN if row.reason == DutyPage.GLASS else ANSWERS).items(),
        }
        for row in rows
        if row.reason != DutyPage.TEST and not duty.is_answered(page_value(row), state)
    ]


def _channels(
    request: Admitted, rows: Sequence[DutyPage], state: duty.Duty
) -> list[dict[str, Any]]:
    """My own channels, when each was last tested, and the test that waits for its code."""
    tests = [row for row in rows if row.reason == DutyPage.TEST]
    values = [page_value(row) for row in tests]
    found = []
    for row in standing_contacts(request.here):
        if row.user_id != request.user.id:
            continue
        open_tests = [
            test
            for test, value in zip(tests, values, strict=True)
            if value.only == (row.user_id, row.channel)
            and not duty.is_answered(value, state)
            and state.now < test.asked_at + duty.TESTED_EVERY
        ]
        found.append(
            {
                "channel": CHANNELS[row.channel],
                "address": opened(row, "address"),
                "tested": duty.tested_at(row.user_id, row.channel, values, state),
                "test": TestForm(initial={"contact": row.id}, auto_id=f"test-{row.id}-%s"),
                "code": AnswerForm(
                    initial={"page": open_tests[-1].id, "done": "test-received"},
                    auto_id=f"code-{row.id}-%s",
                )
                if open_tests
                else None,
            }
        )
    return found


def _times(site: Site) -> list[dict[str, Any]]:
    signed = standing_times(site)
    return [
        {
            "wording": limit.wording,
            "unit": unit_words(limit.unit),
            "value": signed[code].value if code in signed else None,
            "by": opened(signed[code].signature, "printed_name") if code in signed else "",
            "at": signed[code].signature.signed_at if code in signed else None,
        }
        for code, limit in times().items()
    ]
