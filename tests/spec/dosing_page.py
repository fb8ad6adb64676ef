"""The fixture of the pages of dose and release: what differs from a day on which all is met, and what follows.

Four days begin these pages. ``before the dose``: half past nine, all is met, the dose is at ten.
``before the supplement``: the dose was given at ten, at half past eleven all is met for the supplement.
``in the evening``: at six all is met for the night at the site. ``in the morning``: at nine the next day
all is met for the way home. A row says when (``+1`` is the next day), what, and of it what differs.
"""

from collections.abc import Callable, Sequence

import pytest

from holdfast.definitions.session import gates as session_gates
from holdfast.domain.dose_meaning import what_it_means
from holdfast.domain.dose_totals import doses_taken, totals
from tests.spec.session_page import rows, value
from tests.told_session import Told, before_the_dose, clock, dose_given, evening, morning

DAYS = {
    "before the dose": before_the_dose,
    "before the supplement": dose_given,
    "in the evening": evening,
    "in the morning": morning,
}
DosingSpec = Callable[..., None]


def told_by(told: Told, table: str) -> Told:
    """The session with the rows of a table."""
    for row in rows(table) if table.strip() else ():
        fields = dict(part.split("=", 1) for part in row["of it"].split())
        if row["what"] == "reading":
            warmth, pulse = fields.get("temperature"), fields.get("pulse")
            told = told.reading(
                row["when"],
                fields.get("pressure"),
                None if pulse is None else int(pulse),
                None if warmth is None else float(warmth),
                known=fields.get("known"),
            )
            continue
        moments = {
            k: clock(v).isoformat() for k, v in fields.items() if k in ("expires_at", "due_at")
        }
        by, known, name = (fields.pop(key, None) for key in ("by", "known", "id"))
        told = told.add(
            row["when"],
            row["what"],
            by or "t1",
            id=name,
            known=known,
            corrects=fields.pop("corrects", None),
            **{
                key: moments.get(key)
                or (text if key in ("person", "given", "answer") else value(text))
                for key, text in fields.items()
            },
        )
    return told


@pytest.fixture
def dosing_spec() -> DosingSpec:
    """Judge a day and hold it to what the page says.

    Parameters of the function it gives:

    day
        One of the four days.
    table
        What differs.
    gate, at, shut_by
        Of which gate, at what time, and exactly what keeps it shut; nothing: it is open.
    means, most_mg
        What each entry means, as its deviations, by its id; and the session's milligrams at most.
    without, unsigned
        Entries of the day that are not there, and numbers that nobody signed.
    """

    def spec(
        day: str,
        table: str = "",
        *,
        gate: str = "",
        at: str = "23:59",
        shut_by: Sequence[str] = (),
        means: dict[str, str] | None = None,
        most_mg: int | None = None,
        without: Sequence[str] = (),
        unsigned: Sequence[str] = (),
    ) -> None:
        told = told_by(DAYS[day]().without(*without).unsigned(*unsigned), table)
        if gate:
            assert sorted(told.shut_by(gate, at)) == sorted(shut_by)
        log = told.log(at)
        if means is not None:
            found = what_it_means(session_gates.load(), told.plan, told.course, log)
            departs = {one.entry: ", ".join(sorted(one.deviations)) for one in found}
            assert {name: departs.get(name, "") for name in means} == means
        if most_mg is not None:
            assert totals(doses_taken(told.plan, log), (), None).session_mg == most_mg

    return spec
