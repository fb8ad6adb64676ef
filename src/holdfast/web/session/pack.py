"""The pack of paper of a session: what the pair writes on when there is no screen to write on."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import typst
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from holdfast.actions.session_paper import serial_of
from holdfast.definitions.session import ambulance
from holdfast.domain.paper_plan import PaperRow, not_timed, paper_rows
from holdfast.domain.session_plan import LimitRule, SessionPlan
from holdfast.records.session import DosingSession
from holdfast.records.session_now import plan_of
from holdfast.web.paper import FOLDER, _fonts
from holdfast.web.session.person import in_words, person_of_session
from holdfast.web.session.telephone import numbers_of
from holdfast.web.session.words import (
    CONDITIONS,
    DO,
    MEASURES,
    STANDINGS,
    tier_words,
    unit_words,
)

LEAST_READINGS, LEAST_BLANK = 24, 8  # lines of the page of readings, and how many of them are free
BLANK_EVENTS, BLANK_FLUIDS, BLANK_DOSES = 20, 8, 4
_VALUES = 4  # columns of values beside each row of the plan


def pack_pdf(session: DosingSession, entry_id: UUID, now: datetime) -> bytes:
    """The pack as PDF/UA-1, with its serial and the number of pages on each page."""
    return typst.compile(
        (FOLDER / "pack.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content(session, entry_id, now), ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=now.replace(microsecond=0),
    )


def content(session: DosingSession, entry_id: UUID, now: datetime) -> dict[str, Any]:
    """What the paper says."""
    plan, number = plan_of(session), session.enrollment.label
    return {
        "title": _("Paper for dosing session %(number)s of %(label)s")
        % {"number": session.number, "label": number},
        "number": number,
        "session": str(session.number),
        "serial": serial_of(session, entry_id),
        "words": {"session": _("session"), "serial": _("pack"), "page": _("page")},
        "label": _label(session, now),
        "how": _(
            "Write in every line when it happened, and when you wrote it if that is later. "
            "Sign with your initials. Type it in afterwards from the page of the session, under the number of this pack."
        ),
        "footer": _("Plan %(hash)s. Doses are nominal. A page that is lost is reported.")
        % {"hash": plan.sha256[:16]},
        "sections": [
            _telephone(session),
            _doses(plan),
            _plan(plan),
            _limits(plan),
            _events(),
            _fluids(),
            _sheet(session, plan, now),
        ],
    }


def _label(session: DosingSession, now: datetime) -> list[list[str]]:
    """Whose it is. The name stands on no paper that is printed: somebody writes it by hand."""
    told = [
        (_("Record"), session.enrollment.label),
        (_("Session"), f"{session.number}, {session.visit}"),
        (_("Site"), session.site.name),
        (_("Room"), session.room.title if session.room else ""),
        (_("Protocol"), f"{session.protocol_name} {session.protocol_version}"),
        (_("Printed"), str(date_format(timezone.localtime(now), "Y-m-d H:i"))),
        (_("Name, by hand"), ""),
        (_("Born, by hand"), ""),
        (_("Initials, 1st"), ""),
        (_("Initials, 2nd"), ""),
    ]
    return [[str(name), str(value)] for name, value in told]


def _section(
    title: str, head: list[str], rows: list[list[str]], widths: list[int], **more: Any
) -> dict[str, Any]:
    return {"title": title, "head": head, "rows": rows, "widths": widths, **more}


def _telephone(session: DosingSession) -> dict[str, Any]:
    numbers = [[str(title), str(number)] for title, number in numbers_of(session.site)]
    note = "" if numbers else _("No number is kept for this site: write it here.")
    rows = numbers or [["", ""], ["", ""]]
    return _section(
        _("Telephone"), [_("Whom"), _("Number")], rows, [2, 3], note=note, write=not numbers
    )


def _doses(plan: SessionPlan) -> dict[str, Any]:
    menu = "; ".join(
        f"{_mg(one.initial_mg)}" + (f" + {_mg(one.supplemental_mg)}" if one.supplemental_mg else "")
        for one in plan.choices
    )
    window = plan.supplement_after_minutes
    note = _("The protocol's doses: %(menu)s mg.") % {"menu": menu}
    if window is not None:
        note += " " + _("Supplement: %(from)s to %(to)s after the first dose.") % {
            "from": _offset(window[0]),
            "to": _offset(window[1]),
        }
    note += " " + _(
        "Without the server a supplement needs a physician's spoken order that is read back; it is recorded as such."
    )
    head = [
        _("Which dose"),
        _("Ordered by, spoken at"),
        _("Read back: the words"),
        _("mg"),
        _("Given at"),
        _("Written at"),
        _("Given by, seen by"),
    ]
    rows = [[_("Initial"), *[""] * 6], [_("Supplement"), *[""] * 6]]
    rows += [[""] * 7 for _each in range(BLANK_DOSES - 2)]
    return _section(_("Doses"), head, rows, [4, 5, 6, 2, 3, 3, 5], note=note, write=True)


def _plan(plan: SessionPlan) -> dict[str, Any]:
    head = [
        _("After the dose"),
        _("Due"),
        _("Happened at"),
        _("Written at"),
        _("Pressure"),
        _("Heart rate"),
        _("Temp. °C"),
        _("Distress"),
        _("By"),
    ]
    rows = [_plan_row(one) for one in paper_rows(plan)]
    blank = max(LEAST_BLANK, LEAST_READINGS - len(rows))
    rows += [[""] * len(head) for _each in range(blank)]
    loose = sorted({measure for rule in not_timed(plan) for measure in rule.measures})
    note = ""
    if loose:
        told = ", ".join(str(MEASURES.get(one, one)) for one in loose)
        note = _(
            "How often is not signed for this site: %(measures)s. Write them in free lines."
        ) % {"measures": told}
    return _section(
        _("Plan and readings"),
        head,
        rows,
        [4, 8, 4, 4, 4, 3, 3, 3, 3],
        note=note,
        write=True,
        **{"break": True},
    )


def _plan_row(row: PaperRow) -> list[str]:
    if row.minute is None:
        when = _("before")
    elif row.is_window:
        when = f"+{_offset(row.minute)} " + _("(window)")
    elif row.is_end:
        when = f"+{_offset(row.minute)} " + _("(end)")
    else:
        when = f"+{_offset(row.minute)}"
    due = ", ".join(str(MEASURES.get(each, each)) for each in row.measures)
    return [str(when), due, "", "", *[""] * _VALUES, ""]


def _offset(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _mg(amount: Any) -> str:
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


def _limits(plan: SessionPlan) -> dict[str, Any]:
    rows = [_limit_row(plan, rule) for rule in plan.limits]
    rows += [
        [str(CONDITIONS[rule.code]), "", tier_words(rule.tier.value), str(DO.get(rule.do, rule.do))]
        for rule in plan.symptoms
    ]
    return _section(
        _("Limits, and what to do"),
        [_("When"), _("Limit"), _("How far it goes"), _("What to do")],
        rows,
        [6, 3, 3, 7],
        note=_("Telephone the physician for everything that is urgent or more."),
        **{"break": True},
    )


def _limit_row(plan: SessionPlan, rule: LimitRule) -> list[str]:
    number = plan.numbers[rule.number]
    limit, of_words = str(_("not signed")), str(_("the limit"))
    if number.value is not None:
        limit = of_words = f"{_mg(number.value)} {unit_words(number.unit)}"
    words = str(CONDITIONS[rule.code]).replace("{value}", "…").replace("{limit}", of_words)
    return [words, limit, tier_words(rule.tier.value), str(DO.get(rule.do, rule.do))]


def _events() -> dict[str, Any]:
    head = [
        _("Happened at"),
        _("Written at"),
        _("What was felt, seen or done"),
        _("How strong"),
        _("Serious?"),
        _("By"),
    ]
    rows = [["", "", "", "", _("no / yes / ?"), ""] for _each in range(BLANK_EVENTS)]
    return _section(
        _("What happened"), head, rows, [3, 3, 11, 4, 3, 2], write=True, **{"break": True}
    )


def _fluids() -> dict[str, Any]:
    head = [_("Happened at"), _("Written at"), _("Drunk or lost"), _("What"), _("ml"), _("By")]
    rows = [[""] * 6 for _each in range(BLANK_FLUIDS)]
    return _section(_("Fluids"), head, rows, [3, 3, 5, 7, 3, 2], write=True)


def _sheet(session: DosingSession, plan: SessionPlan, now: datetime) -> dict[str, Any]:
    """The sheet for an ambulance, with room for what is known only then."""
    person = in_words(person_of_session(session, now))
    most = max((one.initial_mg + (one.supplemental_mg or 0) for one in plan.choices), default=None)
    loud = _("Treat as active.")
    if most is not None:
        loud += " " + _("MDMA by mouth, at most %(mg)s mg in this session, whatever the group.") % {
            "mg": _mg(most)
        }
    head = [
        _("Time"),
        _("Pressure"),
        _("Heart rate"),
        _("Temp. °C"),
        _("Saturation"),
        _("Given, done"),
    ]
    avoid = [f"{one.wording} ({STANDINGS[one.standing.value]})" for one in ambulance.load()]
    lists = [
        [
            _("The person’s own medicines, and what to avoid beside them"),
            [f"{name}: {taken}. {said}" for name, taken, said in person["medicines"]],
        ],
        [_("Allergies"), person["allergies"]],
        [_("Conditions"), person["conditions"]],
        [_("Weight"), [person["weight"]] if person["weight"] else []],
        [_("Avoid or watch; the treating physician decides"), avoid],
        [
            _("Breaking the blind"),
            [_("Not needed to treat. A physician of the study can, at once.")],
        ],
    ]
    return _section(
        _("For the ambulance"),
        head,
        [[""] * 6 for _each in range(6)],
        [3, 3, 3, 3, 3, 8],
        loud=loud,
        note=_(
            "First dose at ________  mg ______   Second dose at ________  mg ______   Drunk in all ________ ml"
        ),
        write=True,
        lists=lists,
        none=_("Not in the record: ask the person."),
        **{"break": True},
    )
