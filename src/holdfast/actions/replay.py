"""Replaying: do verdicts and sessions on record follow from the record and the library of today?"""

from datetime import datetime, timedelta
from uuid import UUID

import orjson

from holdfast.actions.judging import judged, latest_verdict, outcomes_of
from holdfast.actions.session_judging import KEPT_APART, NOT_JUDGED
from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dosing import alarms_at
from holdfast.domain.judged_again import GATE_SHUT
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.keys import Erased
from holdfast.records.session import AlarmRaised, DosingSession, SessionClosed
from holdfast.records.session_now import (
    course_around,
    is_settled_since,
    plan_of,
    session_log,
)

LATELY = timedelta(days=2)  # every session is compared in the night after it was closed


def differing_verdicts() -> list[UUID]:
    """Enrollments whose latest verdict, judged again as of its own date and position, differs.

    One that was judged under another table of medicines is left out: that table may say another
    thing, and the verdict is kept as it was shown. So is one whose words were erased.
    """
    differing: list[UUID] = []
    for enrollment in Enrollment.objects.select_related("site").order_by("id"):
        verdict = latest_verdict(enrollment.id)
        if verdict is None:
            continue
        try:
            again = judged(enrollment, verdict.judged_at_position, verdict.as_of)
        except Erased:
            continue
        if again.interactions_sha256 != verdict.interactions_sha256:
            continue
        if orjson.loads(document(outcomes_of(again))) != orjson.loads(verdict.outcomes):
            differing.append(enrollment.id)
    return differing


def differing_sessions(now: datetime) -> list[UUID]:
    """Sessions closed lately whose alarms on record are not those that judging them again gives."""
    rows = SessionClosed.objects.filter(recorded_at__gte=now - LATELY)
    several = rows.select_related("session__enrollment__site", "session__site").order_by("id")
    return [row.session_id for row in several if differs(row.session, row.recorded_at)]


def differs(session: DosingSession, at: datetime) -> bool:
    """Whether the alarms raised by a moment are not those of the plain rules over all entries.

    Where the plan was compiled anew, or somebody put their name to an entry later, more may have
    been raised than is judged now; never less.
    """
    log = session_log(session, at)
    again = alarms_at(session_gates.load(), plan_of(session), course_around(session), log, at)
    wanted = {one.condition.id for one in again}
    rows = AlarmRaised.objects.filter(session=session, recorded_at__lte=at)
    raised = set(
        rows.exclude(code__in=(NOT_JUDGED, KEPT_APART, GATE_SHUT)).values_list(
            "condition", flat=True
        )
    )
    may_be_more = session.plans.count() > 1 or is_settled_since(session, 0)
    return not wanted <= raised if may_be_more else wanted != raised
