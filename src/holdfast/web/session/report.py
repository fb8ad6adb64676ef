"""The report at the end of a session, on paper: doses, readings, alarms and who saw them, what happened."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import typst
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.actions.disclosures import record_disclosure
from holdfast.domain.conditions import Alarm
from holdfast.domain.night import night_sheet
from holdfast.domain.recording_files import files
from holdfast.domain.session_entries import FieldType, SessionEntry, corrected
from holdfast.domain.session_log import Log, log_of
from holdfast.domain.session_plan import SessionPlan
from holdfast.records.journal import Stream
from holdfast.records.session import DosingSession
from holdfast.records.session_now import worded
from holdfast.records.session_paper import SessionPack
from holdfast.web.admitted import Admitted
from holdfast.web.paper import FOLDER, _fonts
from holdfast.web.session.following import look_at
from holdfast.web.session.forms import OUTCOMES
from holdfast.web.session.kinds import choice_words, field_words, kind_words, kinds
from holdfast.web.session.pages import session_at
from holdfast.web.session.recorded import coverage_line, file_rows, place_words
from holdfast.web.session.shown import names_of
from holdfast.web.session.words import condition_words, tier_words, unit_words

VITALS = (
    "heart_rate_per_min",
    "temperature_celsius",
    "oxygen_saturation_percent",
    "sodium_mmol_per_l",
)
# What has a table of its own, or says nothing on paper.
ELSEWHERE = frozenset({"reading", "acknowledgement", "session-opened", "session-closed"})


@require_safe
def report(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The report as PDF; that it was handed out is recorded."""
    enrollment, session = session_at(request, enrollment_id)
    if session is None:
        return redirect("session:page", site, enrollment_id)
    now = timezone.now()
    made = report_pdf(session, now)
    record_disclosure(
        enrollment=enrollment,
        kind="session-report",
        recipient="staff",
        content_sha256=sha256(made).hexdigest(),
        entry_id=uuid4(),
        by=request.user,
        now=now,
    )
    response = HttpResponse(made, content_type="application/pdf")
    name = f"{enrollment.label}-session-{session.number}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def report_pdf(session: DosingSession, now: datetime) -> bytes:
    """A session as PDF/UA-1, with the hash of the stream that it was made from on each page."""
    return typst.compile(
        (FOLDER / "session.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content(session, now), ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=now.replace(microsecond=0),
    )


def content(session: DosingSession, now: datetime) -> dict[str, Any]:
    """What the paper says."""
    look = look_at(session)
    with look.busy:
        entries, plan, alarms = tuple(look.entries), look.plan, look.alarms(now)
    log = log_of(entries, now)
    names = names_of({one.by for one in entries} | {one.custodian for one in files(log)})
    told = {one.id: place_words(plan, log, one) for one in entries}
    gone = corrected(entries)
    standing = [one for one in sorted(entries, key=_by_time) if one.id not in gone]
    stream = Stream.objects.get(id=session.enrollment_id)
    label, number = session.enrollment.label, session.number
    return {
        "title": _("%(label)s, dosing session %(number)s") % {"label": label, "number": number},
        "number": label,
        "hash": stream.head,
        "words": {"hash": _("record")},
        "facts": [
            *_facts(session, standing, now),
            [_("Recorded"), coverage_line(plan, log, now)],
        ],
        "sections": [
            _readings([one for one in standing if one.kind == "reading"], names),
            _alarms([one for one in alarms if one.condition.code != "limit-not-signed"], plan),
            _happened(session, [one for one in standing if one.kind not in ELSEWHERE], names, told),
            _recorded(log, names),
            _taken_back([one for one in entries if one.id in gone], gone, names),
        ],
        "note": _("Made from the record at position %(position)s. Doses are nominal.")
        % {"position": stream.position},
    }


def _by_time(one: SessionEntry) -> tuple[Any, ...]:
    return (one.at, one.known_at, one.id)


def _facts(
    session: DosingSession, standing: Sequence[SessionEntry], now: datetime
) -> list[list[str]]:
    doses = [one for one in standing if one.kind == "dose-given"]
    exits = [one for one in standing if one.kind == "exit"]
    told = [
        (_("Site"), session.site.name),
        (_("Visit"), session.visit),
        (_("Protocol"), f"{session.protocol_name} {session.protocol_version}"),
        (_("Opened"), _moment(session.opened_at)),
        (_("Doses"), "; ".join(f"{_dose(one)}, {_moment(one.at)}" for one in doses) or _("none")),
        (_("Fluids"), f"{_drunk(standing)} {unit_words('mL')}"),
        *_night(session, now),
        *_packs(session),
        (_("End"), choice_words(exits[-1].code("exit")) if exits else _("not recorded yet")),
        (_("Made"), _moment(now)),
    ]
    return [[str(name), str(value)] for name, value in told]


def _night(session: DosingSession, now: datetime) -> list[tuple[str, str]]:
    """The night in short: looks, fluids, whom one called, the person's preference, the hand-over."""
    look = look_at(session)
    with look.busy:
        sheet = night_sheet(look.judged.course, look.judged.log(now), now)
    if sheet is None:
        return []
    names = names_of({sheet.handed_over_to, *sheet.attendants})
    kept = {True: _("kept"), False: _("not kept"), None: _("not asked")}[sheet.is_preference_kept]
    called = ", ".join(f"{_clock(at)} {choice_words(whom)}" for at, whom in sheet.called)
    over = sheet.handed_over_at and f"{_moment(sheet.handed_over_at)}, " + str(
        names.get(sheet.handed_over_to, "")
    )
    return [
        (_("Night from"), _moment(sheet.began_at)),
        (_("Attended by"), ", ".join(names[one] for one in sheet.attendants if one in names)),
        (
            _("Looks"),
            ", ".join(f"{_clock(one.at)} {choice_words(one.state)}" for one in sheet.looks),
        ),
        (_("Drunk at night"), f"{sheet.fluids_ml} {unit_words('mL')}"),
        (_("Called"), called or _("nobody")),
        (_("Preference of attendant"), kept),
        (_("Handed over"), over or _("not recorded yet")),
    ]


def _packs(session: DosingSession) -> list[tuple[str, str]]:
    """Every pack of paper with what became of it: one that is lost is seen here as well."""
    rows = SessionPack.objects.filter(session=session).select_related("settled")
    told = [
        f"{one.serial}: {OUTCOMES[one.settled.outcome] if hasattr(one, 'settled') else _('not accounted for')}"
        for one in rows.order_by("recorded_at", "id")
    ]
    return [(_("Packs of paper"), "; ".join(told))] if told else []


def _dose(one: SessionEntry) -> str:
    return f"{choice_words(one.code('dose'))} {one.number('nominal_mg')} mg"


def _drunk(standing: Sequence[SessionEntry]) -> int:
    return int(sum(one.number("volume_ml") or 0 for one in standing if one.kind == "fluid-taken"))


def _moment(at: datetime) -> str:
    return str(date_format(timezone.localtime(at), "Y-m-d H:i"))


def _clock(at: datetime) -> str:
    return str(date_format(timezone.localtime(at), "H:i"))


def _readings(readings: Sequence[SessionEntry], names: Any) -> dict[str, Any]:
    head = [_("Time"), _("Pressure, mmHg"), *(_field(name) for name in VITALS), _("By")]
    rows = [
        [
            _clock(one.at),
            f"{one.number('systolic_mmhg')}/{one.number('diastolic_mmhg')}"
            if one.number("systolic_mmhg") is not None
            else "",
            *(str(one.number(name) if one.number(name) is not None else "") for name in VITALS),
            _by(one, names),
        ]
        for one in readings
    ]
    return _section(_("Readings"), head, rows, [2, 3, 2, 3, 3, 2, 5], _("None were taken."))


def _field(name: str) -> str:
    unit = unit_words(kinds()["reading"].fields[name].unit)
    return f"{field_words(name)}, {unit}"


def _by(one: SessionEntry, names: Any) -> str:
    return str(names.get(one.by, "") if one.by else _("nobody’s yet"))


def _alarms(alarms: Sequence[Alarm], plan: SessionPlan) -> dict[str, Any]:
    seen = names_of({ack.by for one in alarms for ack in one.acknowledgements})
    rows = [
        [
            _clock(one.condition.since),
            condition_words(one.condition, plan),
            tier_words(one.condition.tier.value),
            "; ".join(
                f"{seen.get(ack.by, '')}, {_clock(ack.at)}: {choice_words(ack.done)}"
                for ack in one.acknowledgements
            )
            or _("not acknowledged"),
        ]
        for one in sorted(alarms, key=lambda each: each.condition.since)
    ]
    head = [_("Since"), _("Alarm"), _("Tier"), _("Acknowledged")]
    return _section(_("Alarms"), head, rows, [2, 7, 4, 7], _("None was raised."))


def _happened(
    session: DosingSession, standing: Sequence[SessionEntry], names: Any, places: Mapping[str, str]
) -> dict[str, Any]:
    words = worded(session)
    rows = [
        [
            _clock(one.at),
            kind_words(one.kind),
            "\n".join(
                part for part in (_details(one), words.get(one.id) or "", places[one.id]) if part
            ),
            _by(one, names),
        ]
        for one in standing
    ]
    head = [_("Time"), _("What"), _("Details"), _("By")]
    return _section(_("What happened"), head, rows, [2, 5, 8, 5], _("Nothing was written."))


def _recorded(log: Log, names: Mapping[str, str]) -> dict[str, Any]:
    head = [_("File"), _("Of"), _("SHA-256"), _("Kept by")]
    none = _("Nobody named a file.")
    return _section(_("Files of the recording"), head, file_rows(log, names), [4, 2, 10, 4], none)


def _taken_back(gone: Sequence[SessionEntry], by: Any, names: Any) -> dict[str, Any]:
    rows = [
        [_clock(one.at), kind_words(one.kind), _details(one), _by(by[one.id], names)]
        for one in sorted(gone, key=_by_time)
    ]
    head = [_("Time"), _("What"), _("It said"), _("Taken back by")]
    return _section(_("Taken back or corrected"), head, rows, [2, 5, 8, 5], _("Nothing was."))


def _details(one: SessionEntry) -> str:
    """The codes and numbers of an entry, in words; ids stand for nobody on paper."""
    kind = kinds().get(one.kind)
    parts = []
    for name, value in one.fields.items():
        field = kind.fields.get(name) if kind else None
        if field is None or field.type is FieldType.ID:
            continue
        if field.type is FieldType.CODE:
            parts.append(choice_words(str(value)))
        elif field.type is FieldType.FLAG:
            parts.append(f"{field_words(name)}: {_('yes') if value else _('no')}")
        elif isinstance(value, datetime):
            parts.append(_moment(value))
        else:
            parts.append(f"{value} {unit_words(field.unit)}".strip())
    return ", ".join(parts)


def _section(
    title: str, head: list[str], rows: list[list[str]], widths: list[int], empty: str
) -> dict[str, Any]:
    return {"title": title, "head": head, "rows": rows, "widths": widths, "empty": empty}
