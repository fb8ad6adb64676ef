"""Replaying: is the verdict that stands the one that the record and the library give today?"""

from uuid import UUID

import orjson

from holdfast.actions.judging import judged, latest_verdict, outcomes_of
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.keys import Erased


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
