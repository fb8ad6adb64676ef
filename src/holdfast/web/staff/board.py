"""The board: every course of a site, with what is due, late and blocked, and by what."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from holdfast.actions.judging import local_date
from holdfast.definitions import protocols
from holdfast.domain.findings import Outcome
from holdfast.records.board import BoardLine, Group, Wanted, first_lines, groups
from holdfast.web.admitted import Admitted, studies
from holdfast.web.staff.blind import looks_on
from holdfast.web.staff.board_names import names_on_board
from holdfast.web.staff.board_words import (
    ACTS,
    AWAITED,
    CONDITIONS,
    SAID_BY,
    STATUSES,
    clock_short,
    day_short,
    visit_title,
)
from holdfast.web.staff.search import found_enrollments
from holdfast.web.staff.worklist import span_words

STEP = 100  # rows shown at first, and with each "more"
FEW = 3  # conditions named in a row; the page of the course names all
TABS: dict[str, tuple[Any, Callable[[Group], bool]]] = {
    "all": (gettext_lazy("All courses"), lambda group: True),
    "overdue": (gettext_lazy("Overdue"), lambda group: group.is_overdue),
    "due": (gettext_lazy("Due"), lambda group: group.is_due),
    "blocked": (gettext_lazy("Blocked"), lambda group: group.is_blocked),
}
SORTS: dict[str, Any] = {
    "urgency": gettext_lazy("What is late or due first"),
    "next": gettext_lazy("Date of the next visit"),
    "blocked": gettext_lazy("Most conditions open first"),
    "number": gettext_lazy("Record number"),
    "status": gettext_lazy("State of the course"),
}


@dataclass(frozen=True)
class Asked:
    """What somebody chose to see; whatever is unknown is as if nothing was chosen."""

    tab: str
    sort: str
    status: str
    study: str
    pair: str
    shown: int
    words: str

    def address(self, **other: Any) -> str:
        """The address of the same choice with something else; a name never stands in it."""
        chosen = {"show": self.tab, "sort": self.sort, "status": self.status}
        chosen |= {"study": self.study, "pair": self.pair} | other
        return "?" + urlencode({name: value for name, value in chosen.items() if value})

    def wanted(self, among: frozenset[UUID] | None) -> Wanted:
        """What the record is asked for; who is no account is nobody's therapist."""
        pair = _account(self.pair) if self.pair else None
        return Wanted(self.tab, self.sort, self.status, self.study, pair, among)


def _account(words: str) -> UUID:
    try:
        return UUID(hex=words)
    except ValueError:
        return UUID(int=0)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Admitted, site: str) -> HttpResponse:
    """Every course, what is late first, a hundred at a time.

    What is searched for comes by POST alone: a name never stands in an address.
    """
    now = timezone.now()
    asked = _asked(request)
    here, mine = request.here, studies(request, "board.see")
    is_blind = looks_on(request)
    every = groups(here, now, mine, is_blind=is_blind)
    among = frozenset(found_enrollments(request, asked.words)) if asked.words else None
    wanted = asked.wanted(among)
    fitting = every if among is None else groups(here, now, mine, among, is_blind=is_blind)
    fitting = [group for group in fitting if wanted.has(group)]
    found = sum(group.courses for group in fitting if TABS[asked.tab][1](group))
    rows = first_lines(here, now, mine, wanted, asked.shown, is_blind=is_blind)
    names = names_on_board(request, rows, _therapists(every))
    today = local_date(here, now)
    context = {
        "asked": asked,
        "rows": [_row(request, line, names, now) for line in rows],
        "found": found,
        "more": min(STEP, found - len(rows)),
        "more_href": asked.address(shown=asked.shown + STEP),
        "more_value": asked.shown + STEP,
        "tabs": _tabs(fitting, asked),
        "selects": _selects(every, names, asked),
        "waiting": sum(group.courses for group in every if group.as_of != today),
        "is_filtered": bool(asked.words or asked.status or asked.study or asked.pair)
        or asked.tab != "all",
    }
    return render(request, "staff/board.html", context)


def _asked(request: Admitted) -> Asked:
    told = request.POST if request.method == "POST" else request.GET
    shown = told.get("shown", "")
    tab, sort = told.get("show", ""), told.get("sort", "")
    return Asked(
        tab=tab if tab in TABS else "all",
        sort=sort if sort in SORTS else "urgency",
        status=told.get("status", "")[:20],
        study=told.get("study", "")[:60],
        pair=told.get("pair", "")[:32],
        shown=max(STEP, int(shown))
        if shown.isascii() and shown.isdigit() and len(shown) < 7
        else STEP,
        words=request.POST.get("q", "").strip()[:100],
    )


def _therapists(every: Sequence[Group]) -> list[UUID]:
    seats = {each for group in every for each in group.seats}
    return sorted(seats, key=lambda each: each.hex)


def _tabs(fitting: Sequence[Group], asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "href": asked.address(show=code),
            "words": words,
            "count": sum(group.courses for group in fitting if belongs(group)),
            "here": code == asked.tab,
            "code": code,
        }
        for code, (words, belongs) in TABS.items()
    ]


def _selects(every: Sequence[Group], names: dict[UUID, str], asked: Asked) -> list[dict[str, Any]]:
    """The choices, each with how many courses it has; only what there is can be chosen."""
    statuses, kinds = Counter[str](), Counter[str]()
    seats = Counter[UUID]()
    for group in every:
        statuses[group.status] += group.courses
        kinds[group.study] += group.courses
        for each in group.seats:
            seats[each] += group.courses
    everyone = sorted((names.get(each, ""), each.hex, n) for each, n in seats.items())
    return [
        _select(
            "status",
            _("State"),
            _("Any"),
            asked.status,
            [(code, words, statuses[code]) for code, words in STATUSES.items() if statuses[code]],
        ),
        _select(
            "study",
            _("Protocol"),
            _("Any"),
            asked.study,
            [(code, protocol_title(code), kinds[code]) for code in sorted(kinds)],
        ),
        _select(
            "pair",
            _("Therapist"),
            _("Anybody"),
            asked.pair,
            [(code, name or code[:8], n) for name, code, n in everyone],
        ),
        _select(
            "sort",
            _("Order"),
            "",
            asked.sort,
            [(code, words, None) for code, words in SORTS.items()],
        ),
    ]


def _select(
    name: str, label: str, none: str, chosen: str, options: list[tuple[str, Any, int | None]]
) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "none": none,
        "options": [
            {"code": code, "words": words, "count": n, "here": code == chosen}
            for code, words, n in options
        ],
    }


def protocol_title(study: str) -> str:
    """What the newest version of a protocol is called."""
    return protocols.load(study).title


def _row(
    request: Admitted, line: BoardLine, names: dict[UUID, str], now: datetime
) -> dict[str, Any]:
    number = f"{request.here.code}-{line.number:04d}"
    who = names.get(line.enrollment_id, "")
    pair = [names.get(each, "") for each in (line.lead_id, line.second_id) if each]
    return {
        "href": reverse("staff:course", args=[request.here.code, line.enrollment_id]),
        "who": who or number,
        "number": number if who else "",
        "study": line.study,
        "status": STATUSES[line.status],
        "is_running": line.status == "running",
        "next": next_words(line),
        "when": when_words(line, now),
        "late": line.is_overdue,
        "due": line.is_due,
        "others": others(line),
        "pair": ", ".join(name for name in pair if name),
        "act": ACTS.get(line.act, ""),
        "blocked": blocked_words(line.blocked_by),
        "on_the_day": line.on_the_day,
    }


def others(line: BoardLine) -> int:
    """How many visits are late beside what the row names."""
    if not line.is_overdue:
        return 0
    return max(0, line.overdue_visits - (line.visit_kind not in AWAITED))


def next_words(line: BoardLine) -> str:
    """The visit that comes next and the day it is booked for or aimed at."""
    if line.visit_kind in AWAITED:
        return str(AWAITED[line.visit_kind])
    if not line.visit:
        return ""
    return visit_title(line.study, line.version, line.visit)


def when_words(line: BoardLine, now: datetime) -> str:
    """When the next visit is, and how late it is."""
    if line.is_overdue and line.overdue_at:
        return _("overdue by %(span)s") % {"span": span_words(now - line.overdue_at)}
    if line.visit_kind in AWAITED and line.overdue_at:
        here = timezone.localtime(line.overdue_at)
        return _("by %(when)s") % {"when": clock_short(here.replace(tzinfo=None).isoformat())}
    if line.starts:
        return _("booked %(when)s") % {"when": clock_short(line.starts)}
    if line.is_due and line.due_at:
        return _("due for %(span)s, not booked") % {"span": span_words(now - line.due_at)}
    day = timezone.localtime(line.due_at).date() if line.due_at else None
    return _("aimed at %(day)s") % {"day": day_short(day)} if day else ""


def blocked_words(blocked: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What keeps the next gate shut: what is not met, then what nobody knows; a few of each."""
    told = []
    for outcome in (Outcome.FAILED.value, Outcome.UNKNOWN.value):
        codes = [condition for condition, each in blocked if each == outcome]
        if not codes:
            continue
        words = [str(CONDITIONS.get(code, code)) for code in codes[:FEW]]
        if more := len(codes) - FEW:
            words += [ngettext("%(n)d more", "%(n)d more", more) % {"n": more}] * (more > 0)
        told.append({"outcome": outcome, "words": SAID_BY[outcome] % {"what": ", ".join(words)}})
    return told
