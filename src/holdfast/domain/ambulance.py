"""The sheet for an ambulance: what somebody who never saw the person must know, without unblinding.

Treat as active: whatever the group, the highest possible dose counts. Plain data, made of the plan, the
entries and what is known of the person alone, so that it can be made where no server is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from holdfast.domain.dose_totals import doses_taken, totals
from holdfast.domain.findings import Reference, Standing
from holdfast.domain.of_the_person import NOTHING_KNOWN, OfThePerson
from holdfast.domain.session_entries import SessionEntry, instant
from holdfast.domain.session_log import Log
from holdfast.domain.session_plan import SessionPlan
from holdfast.domain.vital_signs import MEASURES

SCHEMA = 1
_MEDICINES = ("rescue-given", "medicine-taken")


@dataclass(frozen=True)
class Advice:
    """Something to avoid or to watch, with its source and how far it was verified."""

    code: str
    wording: str
    reference: Reference
    standing: Standing


@dataclass(frozen=True)
class AmbulanceSheet:
    """What the sheet holds. Doses and readings with the minutes that have passed since.

    ``medicines``: given or taken in the session; the person's own stand under ``person``.
    """

    session: str
    made_at: datetime
    highest_possible_mg: Decimal
    doses: tuple[Mapping[str, Any], ...]
    newest: tuple[Mapping[str, Any], ...]
    extremes: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]
    medicines: tuple[Mapping[str, Any], ...]
    fluids_ml: Decimal
    called: tuple[Mapping[str, Any], ...]
    avoid: tuple[Advice, ...]
    person: OfThePerson = NOTHING_KNOWN
    treat_as_active: bool = True

    def to_json(self) -> dict[str, Any]:
        """The sheet as JSON, for a page, a print or a device without a server."""
        return {
            "schema": SCHEMA,
            "session": self.session,
            "made_at": instant(self.made_at),
            "treat_as_active": self.treat_as_active,
            "highest_possible_mg": _plain(self.highest_possible_mg),
            "doses": [dict(one) for one in self.doses],
            "newest": [dict(one) for one in self.newest],
            "extremes": [dict(one) for one in self.extremes],
            "events": [dict(one) for one in self.events],
            "medicines": [dict(one) for one in self.medicines],
            "fluids_ml": _plain(self.fluids_ml),
            "called": [dict(one) for one in self.called],
            "avoid": [
                {
                    "code": one.code,
                    "wording": one.wording,
                    "source": one.reference.title,
                    "standing": one.standing.value,
                }
                for one in self.avoid
            ],
            "person": self.person.to_json(),
        }


def ambulance_sheet(
    plan: SessionPlan,
    log: Log,
    now: datetime,
    avoid: Sequence[Advice],
    person: OfThePerson = NOTHING_KNOWN,
) -> AmbulanceSheet:
    """The sheet as of now, from what is known."""
    taken = doses_taken(plan, log)
    drunk = (one.number("volume_ml") or Decimal(0) for one in log.standing("fluid-taken"))
    return AmbulanceSheet(
        session=plan.session,
        made_at=now,
        highest_possible_mg=totals(taken, (), None).session_mg,
        doses=tuple(
            _of(one.entry, now, dose=one.slot.value, highest_mg=_plain(one.highest_mg))
            for one in taken
        ),
        newest=tuple(_newest(log, now)),
        extremes=tuple(_extremes(log, now)),
        events=tuple(
            _of(one, now, term=one.code("term"), serious=one.code("serious"))
            for one in log.standing("event")
        ),
        medicines=tuple(
            _of(
                one,
                now,
                medicine=one.code("medicine"),
                route=one.code("route"),
                amount_mg=_amount(one),
            )
            for one in log.standing(*_MEDICINES)
        ),
        fluids_ml=sum(drunk, Decimal(0)),
        called=tuple(_of(one, now, whom=one.code("whom")) for one in log.standing("help-called")),
        avoid=tuple(avoid),
        person=person,
    )


def _amount(entry: SessionEntry) -> int | float | None:
    amount = entry.number("amount")
    return None if amount is None else _plain(amount)


def _of(entry: SessionEntry, now: datetime, **values: Any) -> Mapping[str, Any]:
    ago = int((now - entry.at).total_seconds() // 60)
    return {"at": instant(entry.at), "minutes_ago": ago, **values}


def _fields() -> list[str]:
    return [field for measure in MEASURES.values() for field in measure.fields]


def _newest(log: Log, now: datetime) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for field in _fields():
        read = [one for one in _readings(log, now) if one.number(field) is not None]
        if read:
            value = read[-1].number(field)
            assert value is not None
            found.append(_of(read[-1], now, field=field, value=_plain(value)))
    return found


def _extremes(log: Log, now: datetime) -> list[Mapping[str, Any]]:
    """Lowest and highest of each field, corrected ones left out."""
    found: list[Mapping[str, Any]] = []
    for field in _fields():
        values = [v for one in _readings(log, now) if (v := one.number(field)) is not None]
        if values:
            low, high = _plain(min(values)), _plain(max(values))
            found.append({"field": field, "lowest": low, "highest": high})
    return found


def _readings(log: Log, now: datetime) -> list[SessionEntry]:
    read = log.standing("reading", "distress", "orientation")
    return [one for one in read if one.at <= now]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
