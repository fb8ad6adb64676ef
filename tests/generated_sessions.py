"""Whole sessions made up from one source of chance: a seed for many at once, Hypothesis for the smallest.

Everything that may happen happens: late, doubled, corrected, out of order, by a wrong clock, by nobody,
to the second and to the microsecond; at sites that signed everything, something or nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from random import Random

from hypothesis import strategies as st

from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_plan import SessionPlan
from tests.session_kit import EXAMPLES, at, beginning, entry, plan_of

GAPS = (
    0,
    0,
    0.25,
    0.5,
    1,
    1,
    3,
    5,
    5,
    10,
    15,
    29,
    30,
    31,
    45,
)  # minutes from one entry to the next
LATE = (0,) * 8 + (0.01, 0.5, 1, 1.001, 7, 60, 200, -0.5, -1, -1.001, -2, -60)
PEOPLE = ("t1", "t2", "t3")
TERMS = (
    "nausea",
    "headache",
    "severe-headache",
    "severe-headache",
    "chest-pain",
    "confusion",
    "euphoria",
)
MEASURED: Mapping[str, tuple[object, ...]] = {
    "systolic_mmhg": (110, 128, 159, 160, 161, 179, 180, 181, 205),
    "diastolic_mmhg": (60, 80, 99, 100, 101, 109, 110, 119, 120, 121),
    "heart_rate_per_min": (60, 99, 100, 101, 109, 110, 111, 140),
    "temperature_celsius": (
        36.5,
        36.85,
        37,
        37.1,
        37.5,
        37.85,
        37.9,
        38,
        38.01,
        38.1,
        38.35,
        39,
        39.2,
    ),
    "oxygen_saturation_percent": (88, 97),
    "sodium_mmol_per_l": (128.9, 129, 130, 130.1, 141),
}
ALSO_EXITS = ("home-with-escort", "extended-stay", "transfer-to-hospital", "left-against-advice")
KINDS = (
    ("reading", 30),
    ("distress", 5),
    ("orientation", 2),
    ("fluid-taken", 6),
    ("fluid-lost", 2),
    ("event", 8),
    ("deferral", 4),
    ("acknowledgement", 8),
    ("came-in", 4),
    ("identified", 2),
    ("went-out", 3),
    ("break-began", 3),
    ("break-ended", 2),
    ("recording", 4),
    ("clock-compared", 2),
    ("dose-given", 3),
    ("dose-spat", 1),
    ("dose-withheld", 1),
    ("dose-refused", 1),
    ("session-opened", 1),
    ("correction", 3),
    ("exit", 2),
    ("exit-step", 1),
    ("night-check", 3),
    ("morning-hand-over", 1),
    ("session-closed", 1),
    ("note", 2),
)


@cache
def plans() -> tuple[SessionPlan, ...]:
    """The plans of sites that signed everything, this or that, or nothing, for several protocols."""
    everything = plan_of()
    odd = {
        "pressure-every": "7.5",
        "reading-grace": "0",
        "temperature-every": "20.25",
        "rise-cooling": "0.85",
        "dense-in-a-row": "1",
    }
    some = [code for index, code in enumerate(sorted(EXAMPLES)) if index % 2]
    return (
        everything,
        plan_of(nothing_signed=True),
        plan_of(also=odd, unsigned=[code for code in some if code not in odd]),
        plan_of(unsigned=["deferral-longest", "urgent-repeat", "fluid-ceiling"]),
        plan_of("mapp2", is_recorded=False),
        plan_of("tga-authorised-prescriber"),
        replace(everything, minutes=None, supplement_after_minutes=None),
        replace(everything, minutes=200, supplement_after_minutes=(20, 45)),
    )


def a_session(chance: Random, most: int = 40) -> tuple[SessionPlan, list[SessionEntry]]:
    """A plan, and entries in the order in which they happened, which is not that of their times."""
    found = beginning() if chance.random() < 0.7 else []
    kinds, weights = zip(*KINDS, strict=True)
    minute = 1.0
    for number in range(chance.randint(0, most)):
        minute += chance.choice(GAPS)
        kind = chance.choices(kinds, weights)[0]
        kind = "touch" if kind == "fluid-lost" and number % 2 else kind
        found.append(_one(chance, kind, minute, f"e{number}", found))
    return chance.choice(plans()), found


def _one(
    chance: Random, kind: str, minute: float, name: str, before: list[SessionEntry]
) -> SessionEntry:
    if before and chance.random() < 0.02:  # sent again, or again with another time
        return replace(chance.choice(before), known_at=at(minute))
    last = [one.id for one in before[-6:]]
    name = chance.choice(last) if last and chance.random() < 0.02 else name
    corrects = None
    if last and kind in ("reading", "correction", "fluid-taken", "event", "dose-given"):
        likely = 0.9 if kind == "correction" else 0.06
        corrects = chance.choice(last) if chance.random() < likely else None
    at_minute = minute - chance.choice((0, 0, 0, 0, 2, 12)) if chance.random() < 0.3 else minute
    made = entry(
        kind,
        at_minute,
        late=chance.choice(LATE),
        id=name,
        by=chance.choice(("t1", "t1", "t1", "t2", "")),
        corrects=corrects,
        **_fields(chance, kind, last),
    )
    if chance.random() < 0.05:
        made = replace(made, at=made.at + timedelta(microseconds=chance.randint(1, 999_999)))
    return made


def _fields(chance: Random, kind: str, last: list[str]) -> Mapping[str, object]:
    one = chance.choice
    if kind == "reading":
        return _measured(chance)
    if kind in ("dose-given", "dose-spat", "dose-withheld", "dose-refused"):
        told: dict[str, object] = {"dose": one(("initial", "supplemental"))}
        told |= {"nominal_mg": 80} if kind == "dose-given" else {}
        told |= {"reason": "symptom"} if kind == "dose-withheld" else {}
        is_named = kind == "dose-spat" and last and chance.random() < 0.5
        return told | ({"given": one(last)} if is_named else {})
    if kind == "acknowledgement":
        return {"condition": _named(chance, last), "done": "seen"}
    fields: Mapping[str, Mapping[str, object]] = {
        "distress": {"score": chance.randint(0, 10)},
        "orientation": {"correct": chance.randint(0, 4)},
        "fluid-taken": {"volume_ml": one((100, 250, 900, 1100)), "what": one(("water", "tea"))},
        "fluid-lost": {"what": "urine"} | ({"volume_ml": 300} if chance.random() < 0.5 else {}),
        "event": {
            "term": one(TERMS),
            "course": one(("onset", "peak", "offset")),
            "serious": ("no", "yes", "no", "unknown")[_number(last) % 4],
        },
        "touch": {
            "state": ("began", "asked", "stop-word", "ended")[_number(last) % 4],
            "agreed": ("within", "beyond", "not-known")[_number(last) % 3],
            "agreement": "a1",
        },
        "deferral": {"measure": one(("all", "blood-pressure", "distress")), "reason": "asleep"},
        "came-in": {"person": one(PEOPLE), "role": one(("therapist", "therapist", "physician"))},
        "identified": {"person": one(PEOPLE), "role": "therapist"},
        "went-out": {"person": one(PEOPLE)},
        "break-began": {"person": one(PEOPLE), "cover": one(PEOPLE), "minutes": one((5, 20, 60))},
        "break-ended": {"person": one(PEOPLE)},
        "recording": {
            "stream": one(("picture", "sound")),
            "state": one(("running", "running", "stopped", "lost")),
            "reason": one(("withdrawn", "fault")),
        },
        "clock-compared": {
            "ahead_seconds": one((0, 59.999, 60, 60.001, -3600, 100)),
            "device": one(("cuff", "watch")),
        },
        "correction": {"reason": "typing-slip"},
        "exit": {"exit": one(("overnight", "overnight", *ALSO_EXITS))},
        "exit-step": {"step": one(("sheet-handed-over", "sheet-handed-over", "hospital-told"))},
        "night-check": {"state": one(("asleep", "awake-unwell"))},
        "morning-hand-over": {"to_person": "t1"},
    }
    return fields.get(kind, {})


def _number(last: list[str]) -> int:
    """The number in the name of the last entry; 0 where it has none."""
    return int("0" + "".join(c for c in last[-1] if c.isdigit())) if last else 0


def _measured(chance: Random) -> Mapping[str, object]:
    some = chance.sample(list(MEASURED)[2:], chance.choice((0, 1, 1, 2, 4)))
    told = {field: chance.choice(MEASURED[field]) for field in some}
    if chance.random() < 0.7 or not told:
        upper, lower = (
            chance.choice(MEASURED[f"{name}_mmhg"]) for name in ("systolic", "diastolic")
        )
        told |= {"systolic_mmhg": upper, "diastolic_mmhg": min(lower, upper - 1)}
    return told


def _named(chance: Random, last: list[str]) -> str:
    """What an acknowledgement may name: a condition that is there, or is not."""
    code = chance.choice(
        ("systolic-observed", "systolic-dense", "temperature-observed", "pair-alone")
    )
    if code == "pair-alone":
        code = (code, "event-may-be-serious", "touch-beyond-agreement")[_number(last) % 3]
    named = [f"{code}:{one}" for one in last] or [f"{code}:e1"]
    named.append("silence:blood-pressure:2026-05-04T08:30:00Z")
    named.append("limit-not-signed:reading-grace")
    return chance.choice(named)


def numbers(told: object) -> str:
    """A number as text without zeros that say nothing."""
    return format(Decimal(str(told)).normalize(), "f")


sessions = st.randoms(use_true_random=False).map(a_session)
