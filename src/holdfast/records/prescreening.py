"""The CONSORT flow, drawn from the pre-screening log and the verdicts that physicians confirmed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

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


def log_of(site: Site) -> list[PrescreeningEntry]:
    """Every line of a site's log, newest first."""
    return list(
        PrescreeningEntry.objects.filter(site=site)
        .select_related("decided_by", "enrollment__site")
        .order_by("-decided_at", "-position", "id")
    )


def consort_flow(site: Site) -> ConsortFlow:
    """The flow of one site, as its log stands."""
    standing = list(PrescreeningEntry.objects.filter(site=site, followed_by=None))
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
