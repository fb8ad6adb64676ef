"""The board follows the facts of every course, in their transaction, and can always be made again."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from django.db import connection
from django.test.utils import CaptureQueriesContext

from holdfast import actions
from holdfast.actions.board import compare, differing, follow_site, put_off, rebuild, stale_rows
from holdfast.domain.identity import PersonIdentity
from holdfast.records.board import (
    STATES,
    CourseMoment,
    Wanted,
    board,
    by_urgency,
    first_lines,
    groups,
)
from holdfast.watch.runner import take_turn
from tests.actions.approvals import in_jurisdiction
from tests.actions.clinic import IDENTITY, NOW, enrolled
from tests.actions.courses import booked, course, half_way, held, paired, stepped

BEGAN = date(2026, 3, 2)


def line(clinic, now=None):
    (found,) = board(clinic.site, now or clinic.now)
    return found


def test_a_course_is_on_the_board_from_its_first_moment(clinic, enrollment):
    assert board(clinic.site, NOW) == []
    course(clinic, enrollment, BEGAN)
    found = line(clinic)
    assert (found.status, found.act, found.visit) == ("running", "begin-preparation", "v0")
    assert ("pair", "failed") in found.blocked_by
    assert {"consent", "contact"} <= {condition for condition, _outcome in found.blocked_by}
    assert compare(clinic.now) == []


def test_each_fact_moves_its_row_in_its_own_transaction(clinic, enrollment):
    course(clinic, enrollment, BEGAN)
    paired(clinic, enrollment, clinic.therapist, clinic.physician, BEGAN)
    assert line(clinic).lead_id == clinic.therapist.id
    held(clinic, enrollment, "v0", NOW)
    assert line(clinic).visit == "v1"
    booked(clinic, enrollment, "v1", "2026-03-09T09:00", lead=clinic.therapist)  # the site's stream
    assert line(clinic).starts == "2026-03-09T09:00"
    held(clinic, enrollment, "v1", NOW)
    assert line(clinic).act == "schedule-dosing"
    stepped(clinic, enrollment, "paused", BEGAN)
    assert line(clinic).status == "paused"
    assert ("course", "failed") in line(clinic).blocked_by
    stepped(clinic, enrollment, "closed", BEGAN)
    found = line(clinic)
    assert (found.status, found.act, found.visit, found.blocked_by) == ("closed", "", "", [])
    assert compare(clinic.now) == []


def test_a_row_that_was_altered_is_found_at_night(clinic, enrollment):
    course(clinic, enrollment, BEGAN)
    assert differing(clinic.now) == []
    assert take_turn("integrity", clinic.now)
    CourseMoment.objects.update(blocked_by="[]")
    assert differing(clinic.now) == [enrollment.id]
    assert not take_turn("integrity", clinic.now)
    CourseMoment.objects.update(as_of=BEGAN - timedelta(days=1))  # the next turn makes it again
    assert differing(clinic.now) == []


def test_what_is_written_while_the_board_is_compared_is_no_difference(
    clinic, enrollment, monkeypatch
):
    course(clinic, enrollment, BEGAN)
    judged, meanwhile = (
        actions.board.moment_of,
        [lambda: stepped(clinic, enrollment, "lost", BEGAN)],
    )

    def while_somebody_writes(*told):
        while meanwhile:
            meanwhile.pop()()
        return judged(*told)

    monkeypatch.setattr(actions.board, "moment_of", while_somebody_writes)
    assert differing(clinic.now) == []
    assert meanwhile == []
    assert line(clinic).status == "lost"


def test_nothing_is_due_of_who_cannot_be_found(clinic, enrollment):
    course(clinic, enrollment, BEGAN)
    assert line(clinic, NOW + timedelta(days=30)).is_overdue
    stepped(clinic, enrollment, "lost", BEGAN)
    found = line(clinic, NOW + timedelta(days=30))
    assert (found.status, found.visit, found.is_due, found.is_overdue) == (
        "lost",
        "v0",
        False,
        False,
    )
    stepped(clinic, enrollment, "found-again", BEGAN)
    assert line(clinic, NOW + timedelta(days=30)).is_overdue


def test_due_and_overdue_are_moments_of_the_sites_own_days(clinic, enrollment):
    """The first visit can be on the day of enrollment alone: at midnight in Melbourne it is late."""
    course(clinic, enrollment, BEGAN)
    midnight = line(clinic).overdue_at
    assert midnight == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert line(clinic, midnight - timedelta(seconds=1)).is_due
    assert line(clinic, midnight).is_overdue


def test_a_condition_of_the_day_itself_waits_for_its_day(clinic, enrollment):
    course(clinic, enrollment, BEGAN)
    half_way(clinic, enrollment, BEGAN)
    ahead = line(clinic)
    assert (ahead.act, ahead.visit_kind) == ("begin-dosing", "call")
    codes = [condition for condition, _outcome in ahead.blocked_by]
    assert "fasting" not in codes
    assert "consent" in codes
    assert ahead.on_the_day > 5
    clinic.later(days=53, hours=-4)  # that morning in Melbourne
    assert stale_rows(clinic.site, clinic.now) == [enrollment.id]
    assert follow_site(clinic.site, clinic.now) == 1
    assert "fasting" in [condition for condition, _outcome in line(clinic).blocked_by]
    assert line(clinic).on_the_day == 0
    assert stale_rows(clinic.site, clinic.now) == []


def test_a_board_that_drifted_is_found_and_made_again(clinic, enrollment):
    course(clinic, enrollment, BEGAN)
    CourseMoment.objects.all().delete()
    assert follow_site(clinic.site, clinic.now) == 1  # as after an upgrade
    CourseMoment.objects.update(visit="v9")
    assert compare(clinic.now) == [enrollment.id]
    assert rebuild(clinic.now) == 1
    assert compare(clinic.now) == []
    with put_off():
        held(clinic, enrollment, "v0", NOW)
    assert compare(clinic.now) == [enrollment.id]
    assert rebuild(clinic.now, clinic.site) == 1
    assert compare(clinic.now) == []


def _in_every_state(clinic) -> None:
    """Ten people who were referred, with rows of the board that differ in all that is asked of them."""
    chance, rows = Random(7), []
    pairs = ((clinic.therapist, clinic.physician), (clinic.physician, clinic.monitor), (None, None))
    for number in range(10):
        protocol = ("mapp2", "oehen-2013")[number % 2]
        person = PersonIdentity(family=f"Person {number}", born_on=IDENTITY.born_on)
        told = {"bundle_sha256": f"{number:064}", "protocol": protocol, "identity": person}
        due = NOW + timedelta(days=4 - 2 * number) if number % 4 else None
        lead, second = pairs[number % 3]
        row = CourseMoment(
            enrollment=enrolled(clinic, **told),
            site=clinic.site,
            protocol_version=1,
            status=STATES[number],
            lead=lead,
            second=second,
            as_of=BEGAN,
            judged_at=NOW,
            due_at=due,
            overdue_at=due + timedelta(days=3) if due and number % 3 else None,
            blocked_by=str([["pair", "failed"]] * chance.randint(0, 3)).replace("'", '"'),
        )
        rows.append(row)
    CourseMoment.objects.bulk_create(rows)


ORDERS = {
    "urgency": by_urgency,
    "next": lambda line: (line.due_at is None, line.due_at, line.number),
    "blocked": lambda line: (-len(line.blocked_by), line.number),
    "number": lambda line: line.number,
    "status": lambda line: (STATES.index(line.status), line.number),
}
SHOWN = {"overdue": "is_overdue", "due": "is_due", "blocked": "is_blocked"}


def test_the_database_chooses_counts_and_orders_as_a_line_says_of_itself(clinic):
    _in_every_state(clinic)
    every = board(clinic.site, NOW)
    assert len(every) == 10
    for sort, key in ORDERS.items():
        found = first_lines(clinic.site, NOW, None, Wanted(sort=sort), 100)
        assert found == sorted(every, key=key), sort
    for show, name in SHOWN.items():
        wanted = [line for line in every if getattr(line, name)]
        assert 0 < len(wanted) < 10
        assert first_lines(clinic.site, NOW, None, Wanted(show=show), 100) == wanted
        counted = sum(each.courses for each in groups(clinic.site, NOW) if getattr(each, name))
        assert counted == len(wanted)
    paired_up = Wanted(study="mapp2", pair=clinic.physician.id)
    own = [
        x for x in every if x.study == "mapp2" and clinic.physician.id in (x.lead_id, x.second_id)
    ]
    assert first_lines(clinic.site, NOW, None, paired_up, 100) == own
    assert sum(each.courses for each in groups(clinic.site, NOW) if paired_up.has(each)) == len(own)
    one = frozenset({every[3].enrollment_id})
    assert first_lines(clinic.site, NOW, None, Wanted(among=one), 100) == [every[3]]
    assert (
        first_lines(clinic.site, NOW, frozenset({"mapp2"}), Wanted(), 2)
        == [line for line in every if line.study == "mapp2"][:2]
    )


def test_the_board_is_one_query_for_any_number_of_courses(one_clinic):
    for protocol in ("mapp2", "oehen-2013"):
        course(one_clinic, enrolled(one_clinic, protocol=protocol), BEGAN)
    with CaptureQueriesContext(connection) as asked:
        assert len(board(one_clinic.site, NOW)) == 2
    assert len(asked.captured_queries) == 1
    assert [each.study for each in board(one_clinic.site, NOW, frozenset({"mapp2"}))] == ["mapp2"]


def test_a_fact_of_the_site_is_followed_by_the_watch(one_clinic):
    """An approval, a pause, a signed number: no fact of a course, and yet something moves."""
    enrollment = enrolled(one_clinic)
    course(one_clinic, enrollment, BEGAN)
    one_clinic.later(minutes=5)
    assert stale_rows(one_clinic.site, one_clinic.now) == []
    in_jurisdiction(one_clinic)
    one_clinic.later(minutes=1)
    assert take_turn("board", one_clinic.now)
    assert CourseMoment.objects.get().judged_at == one_clinic.now
    assert stale_rows(one_clinic.site, one_clinic.now) == []
