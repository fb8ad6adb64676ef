"""What the three sessions of the demonstration are like: how far each is, what befalls the person, what waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from holdfast.definitions.simulated_sessions import Change


@dataclass(frozen=True)
class Happens:
    """An entry of a minute of the body's course. ``by``: lead, second or physician."""

    minute: float
    kind: str
    by: str = "lead"
    words: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plot:
    """One session. ``minutes``: how long ago the initial dose was when the demonstration was set up.

    ``supplement_at``: the minute from which the pair asks for the supplement. ``waits_from``: alarms
    above observe from that minute on wait for whoever looks.
    """

    code: str
    seed: int
    minutes: int
    supplement_at: int
    changes: tuple[Change, ...] = ()
    waits_from: int | None = None


def _event(minute: float, term: str, valence: str, severity: str = "mild") -> Happens:
    fields = {"term": term, "valence": valence, "severity": severity, "serious": "no"}
    return Happens(minute, "event", fields=MappingProxyType(fields | {"course": "onset"}))


def _drinks(minute: float, volume_ml: int) -> Happens:
    fields = {"volume_ml": volume_ml, "what": "electrolytes"}
    return Happens(minute, "fluid-taken", "second", fields=MappingProxyType(fields))


USUAL = (
    Happens(22, "comfort", fields=MappingProxyType({"what": "eyeshades", "is_on": True})),
    Happens(23, "comfort", fields=MappingProxyType({"what": "music", "is_on": True})),
    Happens(31, "note", words="Lies still, breathes slowly. Says it has begun."),
    _event(38, "warmth", "good"),
    _event(52, "jaw-tight", "neutral"),
    _drinks(58, 150),
    Happens(66, "orientation", fields=MappingProxyType({"correct": 4})),
    _event(74, "openness", "good", "moderate"),
    Happens(79, "touch", "second", fields=MappingProxyType({"state": "began", "form": "hand"})),
    Happens(86, "touch", "second", fields=MappingProxyType({"state": "ended", "form": "hand"})),
    Happens(94, "note", words="Speaks of the house by the lake, calmly."),
    _drinks(108, 200),
    _event(118, "calm", "good"),
    _event(131, "grief", "mixed", "moderate"),
    Happens(
        139,
        "note",
        words="Cries for some minutes, and wants to go on.",
    ),
    _drinks(152, 150),
    _event(164, "euphoria", "good"),
    Happens(181, "fluid-lost", fields=MappingProxyType({"what": "urine"})),
    Happens(196, "orientation", fields=MappingProxyType({"correct": 4})),
    _event(207, "love", "good", "moderate"),
    Happens(214, "note", words="Takes off the eyeshades and looks out of the window."),
    _drinks(226, 200),
    _event(244, "sleepiness", "neutral"),
    Happens(262, "orientation", fields=MappingProxyType({"correct": 4})),
    Happens(
        281, "note", words="Eats a little fruit. Tells the second therapist about it all once more."
    ),
    _drinks(300, 200),
    Happens(322, "orientation", fields=MappingProxyType({"correct": 4})),
    _drinks(366, 150),
    Happens(392, "orientation", fields=MappingProxyType({"correct": 4})),
    Happens(421, "note", words="Tired and at ease."),
    Happens(455, "orientation", fields=MappingProxyType({"correct": 4})),
)
PLOTS: Mapping[str, Plot] = MappingProxyType(
    {
        "room-6": Plot("quiet", 11, 200, 98),
        "room-7": Plot(
            "alarm-waits",
            12,
            134,
            96,
            (
                Change("systolic_mmhg", 108, 178, 50.0),
                Change("diastolic_mmhg", 108, 178, 26.0),
            ),
            waits_from=114,
        ),
        "room-8": Plot("supplement-soon", 13, 78, 101),
    }
)
