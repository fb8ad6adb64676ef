"""Which closed sessions are drawn for independent review of their recordings, and what is there of each."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.domain.recording import coverage_percent
from holdfast.domain.recording_files import drawn, files, unnamed
from holdfast.records.people import Site
from holdfast.records.session import DosingSession
from holdfast.records.session_now import plan_of, session_log

SCHEMA = 1


def drawn_for_review(
    site: Site, seed: str, count: int, *, since: date | None = None, until: date | None = None
) -> dict[str, Any]:
    """So many closed sessions of a site, drawn by a seed, with what a reviewer needs to find them.

    ``since`` and ``until`` are days of the site's calendar on which a session was opened.
    """
    closed = closed_sessions(site, since, until)
    chosen = drawn(seed, list(closed), count)
    return {
        "schema": SCHEMA,
        "site": site.code,
        "seed": seed,
        "of": len(closed),
        "drawn": [described(closed[one]) for one in chosen],
    }


def closed_sessions(
    site: Site, since: date | None = None, until: date | None = None
) -> dict[str, DosingSession]:
    """The closed sessions of a site that were opened on these days, by id."""
    zone = ZoneInfo(site.zone)
    rows = DosingSession.objects.filter(site=site, closing__isnull=False)
    return {
        str(row.id): row
        for row in rows.select_related("enrollment__site", "closing").order_by("id")
        if (since is None or since <= row.opened_at.astimezone(zone).date())
        and (until is None or row.opened_at.astimezone(zone).date() <= until)
    }


def described(session: DosingSession) -> dict[str, Any]:
    """What a reviewer needs to find the recordings of a session: numbers, files, hashes, keepers."""
    plan, at = plan_of(session), session.closing.closed_at
    log = session_log(session, session.closing.recorded_at)
    covered = {stream: coverage_percent(plan, log, stream, at) for stream in plan.streams}
    return {
        "session": str(session.id),
        "number": session.enrollment.label,
        "visit": session.visit,
        "covered_percent": {
            name: None if one is None else str(one) for name, one in covered.items()
        },
        "files": [
            {
                "file": one.file,
                "stream": one.stream,
                "sha256": one.sha256,
                "custodian": one.custodian,
            }
            for one in files(log)
        ],
        "files_without_a_hash": list(unnamed(log)),
    }
