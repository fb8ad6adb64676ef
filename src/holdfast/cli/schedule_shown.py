"""How a course is shown on the command line: a table of visits by activities, a page, a list of changes."""

from collections.abc import Sequence
from html import escape
from typing import Any

MARK = "x"


def schedule_fields(schedule: Any) -> dict[str, Any]:
    """A schedule as JSON-ready fields; doses as text, exactly as the file has them."""
    return {
        "stages": [
            {"code": s.code, "title": s.title, "blinded": s.is_blinded, "entered_by": s.entered_by}
            | _source(s.source)
            for s in schedule.stages
        ],
        "arms": [
            {"code": a.code, "title": a.title, "share": a.share} | _source(a.source)
            for a in schedule.arms
        ],
        "doses": [_menu(menu) for menu in schedule.doses.values()],
        "visits": [_visit(visit) for visit in schedule.visits],
        "provisions": [
            {"code": p.code, "topic": p.topic, "wording": p.wording, "days": p.days}
            | _source(p.source)
            for p in schedule.provisions
        ],
        "activities": [
            {"code": a.code, "kind": a.kind, "title": a.title} for a in schedule.activities.values()
        ],
    }


def _source(source: Any) -> dict[str, Any]:
    reference = {"title": source.reference.title, "href": source.reference.href}
    return {"standing": source.standing.value, "reference": reference}


def _menu(menu: Any) -> dict[str, Any]:
    return {
        "code": menu.code,
        "choices": [
            {
                "initial_mg": str(c.initial_mg),
                "supplemental_mg": None if c.supplemental_mg is None else str(c.supplemental_mg),
                "arms": list(c.arms),
            }
            for c in menu.choices
        ],
        "supplement_after_minutes": menu.supplement_after_minutes,
        "rule": menu.rule,
    } | _source(menu.source)


def _visit(visit: Any) -> dict[str, Any]:
    window = visit.window
    return {
        "code": visit.code,
        "kind": visit.kind.value,
        "title": visit.title,
        "anchor": visit.anchor,
        "window": {
            "earliest_days": window.earliest_days,
            "target_days": window.target_days,
            "latest_days": window.latest_days,
            "suggested": window.is_suggested,
            "wording": window.wording,
        }
        | _source(window.source),
        "after": list(visit.after),
        "stage": visit.stage or None,
        "arms": list(visit.arms),
        "attended_by": list(visit.attended_by),
        "place": visit.place.value,
        "minutes": visit.minutes,
        "doses": visit.doses or None,
        "done": [{"activities": list(d.activities)} | _source(d.source) for d in visit.done],
    } | _source(visit.source)


def schedule_lines(schedule: Any) -> list[str]:
    """The schedule of activities as text: a column for each visit, a row for each activity."""
    visits, activities = schedule.visits, list(schedule.activities.values())
    rows = [
        ("", *(visit.code for visit in visits)),
        ("kind", *(visit.kind.value[:4] for visit in visits)),
        *(
            (a.title, *(MARK if a.code in visit.activities else "" for visit in visits))
            for a in activities
        ),
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    table = [
        "  " + " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [*table, "", *_visit_lines(visits), "", *_provision_lines(schedule)]


def _visit_lines(visits: Sequence[Any]) -> list[str]:
    from holdfast.domain.amendments import window_words

    return [
        f"  {v.code}: {v.title}; {window_words(v.window)} after {v.anchor} "
        f"({v.window.source.standing.value}). {v.window.wording}"
        for v in visits
    ]


def _provision_lines(schedule: Any) -> list[str]:
    doses = [
        f"  doses {menu.code}: {menu.rule} ({menu.source.standing.value})"
        for menu in schedule.doses.values()
    ]
    return doses + [
        f"  {p.topic}: {p.wording} ({p.source.standing.value})" for p in schedule.provisions
    ]


def schedule_page(protocol: Any) -> str:
    """The schedule of activities as one page that needs nothing else; activities by visits."""
    schedule = protocol.schedule
    if schedule is None:
        return f"<p>{escape(protocol.title)}: this version says no visits.</p>"
    heads = "".join(
        f'<th scope="col" title="{escape(v.title)}">{escape(v.code)}</th>' for v in schedule.visits
    )
    body = "".join(
        f'<tr><th scope="row">{escape(a.title)}</th>'
        + "".join("<td>●</td>" if a.code in v.activities else "<td></td>" for v in schedule.visits)
        + "</tr>\n"
        for a in schedule.activities.values()
    )
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        f"<title>{escape(protocol.title)}</title>\n"
        "<style>body{font:15px/1.5 system-ui;margin:2rem;color-scheme:light dark}"
        "table{border-collapse:collapse}th,td{padding:.3rem .55rem;text-align:center}"
        "tr{border-bottom:1px solid #8884}th[scope=row]{text-align:left;font-weight:400}</style>\n"
        f"<h1>{escape(protocol.title)}</h1><p>Version {protocol.version}</p>\n"
        f'<table><caption>Schedule of activities</caption><thead><tr><th scope="col">Activity</th>'
        f"{heads}</tr></thead>\n<tbody>{body}</tbody></table></html>"
    )


def change_fields(change: Any) -> dict[str, Any]:
    """One change of an amendment as JSON-ready fields."""
    return {
        "part": change.part,
        "code": change.code,
        "what": change.what,
        "detail": change.detail or None,
        "before": change.before or None,
        "after": change.after or None,
        "moves_visits": change.moves,
        "asks_for_consent": change.asks_for_consent,
    }


def change_lines(found: Sequence[Any]) -> list[str]:
    """The changes in words, then who must consent again and which planned visits move."""
    if not found:
        return ["Nothing changes."]
    lines = [f"  {_words(change)}" for change in found]
    if any(change.asks_for_consent for change in found):
        lines += ["", "Everybody enrolled must consent again before their next gated act."]
    else:
        lines += ["", "Nobody needs to consent again."]
    moved = list(dict.fromkeys(change.code for change in found if change.moves))
    return [*lines, f"Planned visits that move: {', '.join(moved) or 'none'}."]


def _words(change: Any) -> str:
    if change.what == "changed":
        return (
            f"{change.part} {change.code}: {change.detail} was {change.before}, "
            f"is now {change.after}."
        )
    return f"{change.part} {change.code} is {change.what}: {change.after or change.before}"
