"""Plans and entries of sessions for tests: a site that has signed everything, and a day at eight."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count

from hypothesis import strategies as st

from holdfast.definitions import monitoring, protocols, session
from holdfast.domain.limits import SignedLimit
from holdfast.domain.session_compile import PersonalLimit, compile_plan
from holdfast.domain.session_entries import SessionEntry, read_entry
from holdfast.domain.session_plan import Basis, Compare, SessionPlan, When

DAY = date(2026, 5, 4)
DOSE = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)  # minute 0 of every page
# What this site's physician signed where the source has no number. Worked examples, not advice.
EXAMPLES: Mapping[str, str] = {
    "cooling-repeat": "15",
    "urgent-repeat": "5",
    "fluid-ceiling": "2000",
    "reading-grace": "5",
    "reading-recent": "15",
    "deferral-longest": "40",
    "break-longest": "20",
    "recording-gap-longest": "2",
    "pressure-every": "30",
    "temperature-every": "60",
    "distress-every": "60",
}
KINDS = session.load().kinds


def signed_numbers(
    protocol: str = "mp8", also: Mapping[str, str] | None = None, unsigned: Sequence[str] = ()
) -> dict[str, SignedLimit]:
    """Every number that needs a signature, signed at its own value or the worked example."""
    rules, schedule = monitoring.load(), monitoring.schedule_of(protocol)
    found = {}
    for limit in (*rules.limits.values(), *schedule.limits.values()):
        if limit.needs_signature and limit.code not in unsigned:
            value = limit.value if limit.value is not None else Decimal(EXAMPLES[limit.code])
            found[limit.code] = SignedLimit(limit.code, value, limit.unit, "physician", DAY)
    for code, text in (also or {}).items():
        limit = {**rules.limits, **schedule.limits}[code.removesuffix("-widest")]
        found[code] = SignedLimit(code, Decimal(text), limit.unit, "physician", DAY)
    return found


def plan_of(
    protocol: str = "mp8",
    *,
    number: int = 1,
    also: Mapping[str, str] | None = None,
    unsigned: Sequence[str] = (),
    nothing_signed: bool = False,
    personal: Sequence[PersonalLimit] = (),
    is_recorded: bool = True,
) -> SessionPlan:
    """The plan of a session at a site that has signed everything, but for what is named."""
    signed = {} if nothing_signed else signed_numbers(protocol, also, unsigned)
    return compile_plan(
        monitoring.load(),
        monitoring.schedule_of(protocol),
        protocols.load(protocol),
        session="session-1",
        session_number=number,
        on=DAY,
        signed=signed,
        personal=personal,
        is_recorded=is_recorded,
    )


@cache
def usual_plan() -> SessionPlan:
    """The plan of most tests."""
    return plan_of()


def at(minute: float) -> datetime:
    """So many minutes after the dose."""
    return DOSE + timedelta(minutes=minute)


def entry(
    kind: str,
    minute: float,
    *,
    late: float = 0,
    id: str = "",
    by: str = "t1",
    corrects: str | None = None,
    **fields: object,
) -> SessionEntry:
    """An entry of a minute, known ``late`` minutes after it, read as a file is read."""
    told = {
        "id": id or f"{kind}-{minute}".replace("--", "-before-").rstrip("-"),
        "kind": kind,
        "at": at(minute).isoformat(),
        "known_at": at(minute + late).isoformat(),
        "by": by,
        "fields": fields,
        "corrects": corrects,
    }
    return read_entry(told, KINDS)


def pressure(minute: float, systolic: int, diastolic: int = 80, **more: object) -> SessionEntry:
    """A blood pressure and nothing else."""
    told = {"id": f"bp-{minute}", "systolic_mmhg": systolic, "diastolic_mmhg": diastolic}
    return entry("reading", minute, **{**told, **more})


def rate(minute: float, per_min: int, **more: object) -> SessionEntry:
    """A heart rate and nothing else."""
    return entry("reading", minute, **{"id": f"hr-{minute}", "heart_rate_per_min": per_min, **more})


def temperature(minute: float, celsius: float, **more: object) -> SessionEntry:
    """A temperature and nothing else."""
    return entry("reading", minute, **{"id": f"t-{minute}", "temperature_celsius": celsius, **more})


def all_well(minute: float, **more: object) -> SessionEntry:
    """A reading of all three within every limit."""
    told = {"systolic_mmhg": 128, "diastolic_mmhg": 80, "heart_rate_per_min": 76}
    return entry("reading", minute, **{**told, "temperature_celsius": 36.8, **more})


def beginning() -> list[SessionEntry]:
    """The hour before and the dose: opened, a pair in the room, recorded, read, given."""
    return [
        entry("session-opened", -60),
        entry("came-in", -58, id="in-t1", person="t1", role="therapist"),
        entry("came-in", -57, id="in-t2", person="t2", role="therapist"),
        entry("recording", -20, id="picture", stream="picture", state="running"),
        entry("recording", -20, id="sound", stream="sound", state="running"),
        all_well(-10, id="before"),
        entry("distress", -9, id="distress-before", score=4),
        entry("dose-given", 0, id="dose", dose="initial", nominal_mg=125),
    ]


def through(last: int, *, every: int = 30, without: Sequence[int] = ()) -> list[SessionEntry]:
    """A quiet session up to a minute: read and asked as the plan wants it."""
    found = beginning()
    for minute in range(every, last + 1, every):
        if minute not in without:
            found.append(all_well(minute))
            found.append(entry("distress", minute, score=3))
    return found


def breached(plan: SessionPlan, entries: Sequence[SessionEntry], now: datetime) -> set[str]:
    """What single readings breach, told in another way than the rules tell it."""
    past = {
        Compare.ABOVE: lambda value, limit: value > limit,
        Compare.AT_OR_ABOVE: lambda value, limit: value >= limit,
        Compare.BELOW: lambda value, limit: value < limit,
        Compare.AT_OR_BELOW: lambda value, limit: value <= limit,
    }
    return {
        f"{rule.code}:{one.id}"
        for one in entries
        for rule in plan.limits
        if one.known_at <= now and rule.basis is Basis.VALUE and rule.when is When.SINGLE
        if one.kind == "reading" and rule.field in one.fields
        if plan.value(rule.number) is not None
        if past[rule.compare](one.fields[rule.field], plan.value(rule.number))
    }


_MEASURED = st.fixed_dictionaries(
    {},
    optional={
        "heart_rate_per_min": st.sampled_from([70, 100, 101, 109, 110, 130]),
        "temperature_celsius": st.sampled_from([36.5, 37.5, 37.9, 38.0, 38.1, 39.0]),
        "sodium_mmol_per_l": st.sampled_from([129, 130, 140]),
    },
).flatmap(
    lambda told: st.sampled_from([0, 120, 160, 161, 179, 180, 200]).map(
        lambda upper: (
            told | ({"systolic_mmhg": upper, "diastolic_mmhg": upper // 2 + 20} if upper else {})
        )
    )
)
_PEOPLE = st.sampled_from(["t1", "t2", "t3"])
_FELT = ("nausea", "headache", "severe-headache", "chest-pain", "euphoria", "confusion")


def _one(kind: str, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[str, dict]]:
    return st.fixed_dictionaries(fields).map(lambda told: (kind, told))


HAPPENED = st.one_of(
    _MEASURED.filter(bool).map(lambda told: ("reading", told)),
    _MEASURED.filter(bool).map(lambda told: ("reading", told)),
    _MEASURED.filter(bool).map(lambda told: ("reading", told)),
    _one("distress", score=st.integers(0, 10)),
    _one(
        "dose-given",
        dose=st.sampled_from(["initial", "supplemental"]),
        nominal_mg=st.just(125),
    ),
    _one("dose-withheld", dose=st.just("supplemental"), reason=st.just("tolerability")),
    _one(
        "deferral",
        measure=st.sampled_from(["all", "blood-pressure", "distress"]),
        reason=st.just("asleep"),
    ),
    _one("fluid-taken", volume_ml=st.sampled_from([100, 900, 1100])),
    _one(
        "event",
        term=st.sampled_from(_FELT),
        course=st.sampled_from(["onset", "offset"]),
    ),
    _one("came-in", person=_PEOPLE, role=st.just("therapist")),
    _one("went-out", person=_PEOPLE),
    _one("break-began", person=_PEOPLE, cover=_PEOPLE, minutes=st.sampled_from([5, 20, 60])),
    _one("break-ended", person=_PEOPLE),
    _one(
        "recording",
        stream=st.sampled_from(["picture", "sound"]),
        state=st.sampled_from(["running", "lost"]),
    ),
    _one("clock-compared", ahead_seconds=st.sampled_from([0, 3600])),
    _one("session-opened"),
    _one("correction", reason=st.just("typing-slip")),
    _one("exit", exit=st.just("overnight")),
)


@st.composite
def sessions(draw: st.DrawFn, most: int = 25) -> list[SessionEntry]:
    """Entries of a session in the order in which they happened: late, corrected and wrong ones too."""
    numbers = count(1)
    found: list[SessionEntry] = beginning() if draw(st.booleans()) else []
    minute = 1.0
    for kind, fields in draw(st.lists(HAPPENED, max_size=most)):
        minute += draw(st.sampled_from([0, 0.5, 3, 5, 10, 29, 31, 45]))
        late = draw(st.sampled_from([0, 0, 0, 0, 0.5, 1, 7, 60, -1, -2, -60]))
        of = draw(st.sampled_from([None, None, None, *[one.id for one in found[-4:]]]))
        corrects = of if kind in ("reading", "correction") else None
        number = next(numbers)
        found.append(entry(kind, minute, late=late, id=f"e{number}", corrects=corrects, **fields))
    return found
