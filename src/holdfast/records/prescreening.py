"""The CONSORT flow, drawn from the pre-screening log and the verdicts that physicians confirmed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson
from django.db.models import Q, QuerySet

from holdfast.records.care import Confirmation, PrescreeningEntry
from holdfast.records.people import Site


@dataclass(frozen=True)
class ConsortFlow:
    """How many people stand where. Every person of the log is counted once, where they stand now.

    ``assessed`` are all; of these ``excluded`` by outcome and by reason (a person may have
    several reasons); ``screening`` have an enrollment and no confirmed verdict yet; ``eligible``
    and ``ineligible`` as a physician confirmed, the newest confirmation of each.
    """

    assessed: int
    by_source: Mapping[str, int]
    stopped_before_screening: Mapping[str, int]
    reasons: Mapping[str, int]
    waiting: int
    screening: int
    eligible: int
    ineligible: int
    undetermined: int


_STOPPED = ("excluded", "declined", "not-now", "no-contact")


def lines_of(site: Site, studies: frozenset[str] | None = None) -> "QuerySet[PrescreeningEntry]":
    """The lines of a site's log; with ``studies`` only those about people considered for them."""
    lines = PrescreeningEntry.objects.filter(site=site)
    if studies is None:
        return lines
    enrolled = Q(enrollment__protocol_name__in=studies)
    return lines.filter(enrolled | Q(enrollment=None, study__in=studies))


def log_of(site: Site, studies: frozenset[str] | None = None) -> list[PrescreeningEntry]:
    """Every line of a site's log, newest first; with ``studies`` only theirs."""
    return list(
        lines_of(site, studies)
        .select_related("decided_by", "enrollment__site")
        .order_by("-decided_at", "-position", "id")
    )


def consort_flow(site: Site, studies: frozenset[str] | None = None) -> ConsortFlow:
    """The flow of one site, as its log stands; with ``studies`` only theirs."""
    standing = list(lines_of(site, studies).filter(followed_by=None))
    confirmed = _confirmed(site)
    stopped = [line for line in standing if line.outcome in _STOPPED]
    inside = [line for line in standing if line.outcome == "screening"]
    decisions = Counter(confirmed.get(line.enrollment_id, "") for line in inside)
    return ConsortFlow(
        assessed=len(standing),
        by_source=_counted(line.referral_source for line in standing),
        stopped_before_screening=_counted(line.outcome for line in stopped),
        reasons=_counted(code for line in stopped for code in orjson.loads(line.reason_codes)),
        waiting=sum(line.outcome == "assessed" for line in standing),
        screening=decisions[""],
        eligible=decisions["eligible"],
        ineligible=decisions["ineligible"],
        undetermined=decisions["undetermined"],
    )


def _confirmed(site: Site) -> dict[object, str]:
    """The decision of the newest confirmation of each enrollment of a site."""
    rows = Confirmation.objects.filter(enrollment__site=site).order_by("position", "id")
    return {row.enrollment_id: row.decision for row in rows}


def _counted(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items()))
