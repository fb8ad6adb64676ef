"""The worklist is a projection: moments made from facts, that can always be made again."""

from datetime import timedelta
from uuid import uuid4

from holdfast.actions import people, verdicts
from holdfast.actions.judging import latest_verdict
from holdfast.records.models import WorklistMoment
from holdfast.records.worklist import compare, rebuild, worklist
from tests.actions.clinic import NOW, enrolled, written


def set_target(clinic, due: int | None, overdue: int | None) -> None:
    written(
        people.set_target(
            site=clinic.site,
            moment="confirm",
            due_hours=due,
            overdue_hours=overdue,
            entry_id=uuid4(),
            by=clinic.administrator,
            now=clinic.now,
        )
    )


def test_where_no_target_is_set_nothing_is_due(clinic, enrollment):
    (line,) = worklist(clinic.site, NOW + timedelta(days=900))
    assert (line.moment.kind, line.moment.since) == ("confirm", NOW)
    assert (line.is_due, line.is_overdue) == (False, False)
    assert line.moment.due_at is None


def test_targets_make_moments_not_flags(clinic):
    set_target(clinic, 24, 48)
    enrolled(clinic)
    for hours, due, overdue in ((23, False, False), (24, True, False), (48, True, True)):
        (line,) = worklist(clinic.site, NOW + timedelta(hours=hours))
        assert (line.is_due, line.is_overdue) == (due, overdue)


def test_a_new_target_moves_the_moments_that_wait(clinic, enrollment):
    set_target(clinic, 24, None)
    assert WorklistMoment.objects.get().due_at == NOW + timedelta(hours=24)
    set_target(clinic, None, None)
    assert WorklistMoment.objects.get().due_at is None
    assert compare() == []


def test_a_projection_that_drifted_is_found_and_made_again(clinic, enrollment):
    assert compare() == []
    WorklistMoment.objects.update(kind="done")
    assert compare() == [enrollment.id]
    assert rebuild() == 1
    assert compare() == []
    WorklistMoment.objects.all().delete()
    assert compare() == [enrollment.id]


def test_a_confirmed_verdict_is_done_and_sorts_last(one_clinic):
    first = enrolled(one_clinic)
    one_clinic.later(hours=1)
    second = enrolled(one_clinic, protocol="oehen-2013")
    one_clinic.later(hours=1)
    written(
        verdicts.confirm_verdict(
            verdict=latest_verdict(first.id),
            proof=one_clinic.proof(one_clinic.physician),
            entry_id=uuid4(),
            by=one_clinic.physician,
            now=one_clinic.now,
        )
    )
    lines = worklist(one_clinic.site, one_clinic.now)
    assert [line.enrollment.id for line in lines] == [second.id, first.id]
    assert lines[-1].moment.kind == "done"
    assert compare() == []
