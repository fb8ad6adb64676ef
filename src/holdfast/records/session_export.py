"""A session of the record as a file that ``holdfast replay`` judges again: ids, codes and numbers."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import orjson

from holdfast.definitions.session import gates as session_gates
from holdfast.domain.findings import Outcome
from holdfast.domain.limits import SignedLimit as SignedForSite
from holdfast.domain.replay import Handed, Recorded
from holdfast.domain.session_gates import How
from holdfast.records.care import SignedLimit
from holdfast.records.session import Authorisation, DosingSession
from holdfast.records.session_now import course_around, entries_of, plan_of, planned_at

# What is found on a condition that people state; the entries of the file say it again.
_STATED = frozenset(
    {
        "nobody-judged",
        "not-stated",
        "stated",
        "stated-otherwise",
        "cannot-say",
        "statement-too-old",
        "stated-by-somebody-who-may-not",
    }
)


def recorded(session: DosingSession) -> Recorded:
    """A session with all that judges it again, as far as it is known now."""
    return Recorded(
        session=str(session.id),
        title=f"{session.enrollment.label} {session.visit}",
        zone=ZoneInfo(session.site.zone),
        plan=plan_of(session),
        course=course_around(session),
        entries=entries_of(session),
        handed=tuple(handed_of(session)),
    )


def handed_of(session: DosingSession) -> Iterator[Handed]:
    """What other parts of the record handed to the gates that were open, for as long as it stood."""
    answering = session_gates.load().answering
    for row in Authorisation.objects.filter(session=session).order_by("position"):
        for condition, _, outcome, reason, _ in orjson.loads(row.outcomes):
            known = answering.get(condition)
            if known is None or known.how is How.RULE or reason in _STATED:
                continue
            given = row.issued_at, row.expires_at
            yield Handed(condition, Outcome(outcome), reason, *given)


def signed_when_planned(session: DosingSession) -> list[SignedForSite]:
    """The site's signed numbers as they stood when the plan of a session was compiled."""
    until = planned_at(session).recorded_at
    rows = SignedLimit.objects.filter(
        site=session.site, protocol_sha256=session.protocol_sha256, recorded_at__lte=until
    )
    newest = {row.code: row for row in rows.select_related("signed_by").order_by("position")}
    return [
        SignedForSite(code, row.value, row.unit, row.signed_by.login, row.signed_on)
        for code, row in sorted(newest.items())
    ]
