"""What makes an alarm end: somebody who saw it, and nothing else.

A condition, its signal and its acknowledgement are three things. No order, no delay and no correction
takes an alarm back.
"""

from holdfast.domain import monitoring
from tests.session_kit import at, beginning, entry, pressure, rate, usual_plan

HIGH = "heart-rate-observed"


def open_alarms(*entries, minute):
    """The codes of the alarms that nobody has acknowledged, of the limits only."""
    found = monitoring.alarms(usual_plan(), [*beginning(), *entries], at(minute))
    return [a.condition.code for a in found if a.is_open and a.condition.number]


def seen(minute, condition, **more):
    """Somebody acknowledged an alarm."""
    return entry("acknowledgement", minute, condition=condition, done="seen", **more)


def test_an_alarm_stays_when_its_condition_is_over():
    """The heart rate is back at 35; nobody has said that they saw it."""
    high, low = rate(30, 101), rate(35, 90)
    assert open_alarms(high, low, minute=35) == [HIGH]
    assert open_alarms(high, low, seen(36, f"{HIGH}:hr-30"), minute=36) == []


def test_a_new_breach_does_not_hide_behind_an_acknowledged_one():
    """The second reading is its own alarm."""
    first, second = rate(30, 101), rate(40, 102)
    assert open_alarms(first, seen(31, f"{HIGH}:hr-30"), second, minute=40) == [HIGH]


def test_one_tap_acknowledges_what_was_there_of_the_same_kind():
    """Three readings, one tap on the last."""
    readings = [rate(30, 101), rate(35, 102), rate(40, 103)]
    assert open_alarms(*readings, minute=40) == [HIGH] * 3
    assert open_alarms(*readings, seen(41, f"{HIGH}:hr-40"), minute=41) == []


def test_a_high_reading_that_arrives_late_needs_its_own():
    """It was true at 30 and known at 50: whoever tapped at 41 could not have seen it."""
    late, on_time = rate(30, 104, late=20), rate(40, 101)
    tap = seen(41, f"{HIGH}:hr-40")
    assert open_alarms(late, on_time, tap, minute=45) == []
    assert open_alarms(late, on_time, tap, minute=50) == [HIGH]


def test_a_reading_that_is_corrected_was_an_alarm_and_stays_one_until_it_is_seen():
    """184 typed for 148: its condition is over at 33; the alarm waits, and both stay visible."""
    wrong = pressure(30, 161)
    right = pressure(30, 148, id="right", late=3, corrects="bp-30")
    found = monitoring.alarms(usual_plan(), [*beginning(), wrong, right], at(33))
    observed = [a for a in found if a.condition.code == "systolic-observed"]
    assert [(a.is_open, a.condition.until) for a in observed] == [(True, at(33))]


def test_an_acknowledgement_that_is_nobodys_acknowledges_nothing():
    """An entry that could not be attributed is recorded; it is not an act of anybody."""
    tap = seen(31, f"{HIGH}:hr-30", by="")
    assert open_alarms(rate(30, 101), tap, minute=31) == [HIGH]


def test_an_acknowledgement_that_is_taken_back_was_none():
    """It was tapped in the wrong room."""
    tap = seen(31, f"{HIGH}:hr-30", id="tap")
    back = entry("correction", 32, reason="wrong-person", corrects="tap")
    assert open_alarms(rate(30, 101), tap, back, minute=31) == []
    assert open_alarms(rate(30, 101), tap, back, minute=32) == [HIGH]


def test_an_acknowledgement_of_something_else_acknowledges_nothing():
    """Of another reading, and of another rule."""
    taps = [seen(31, f"{HIGH}:hr-29"), seen(32, "systolic-observed:hr-30")]
    assert open_alarms(rate(30, 101), *taps, minute=40)[:1] == [HIGH]


def test_the_gravest_open_alarm_is_first():
    """Emergency before urgent before what is watched."""
    entries = [
        rate(30, 101),
        entry("event", 31, term="confusion"),
        entry("event", 32, term="chest-pain"),
    ]
    assert [
        a.condition.code for a in monitoring.alarms(usual_plan(), [*beginning(), *entries], at(32))
    ] == ["angina", "confused", HIGH]


def test_who_is_told_and_where_it_sounds_differ_by_tier():
    """Nothing sounds at the bedside; only what is urgent sounds at all."""
    tiers = {tier.value: (t.told, t.sounds_at) for tier, t in usual_plan().tiers.items()}
    room = ("therapists", "physician-board")
    paged = (*room, "physician-page")
    assert tiers == {
        "observe": (room, ()),
        "notify": (paged, ()),
        "urgent": ((*paged, "second-physician"), ("physician-station",)),
        "emergency": (
            (*paged, "second-physician", "emergency-service"),
            ("physician-station", "team-room"),
        ),
    }


def test_one_tap_covers_another_of_the_same_minute():
    """Two cuffs, one moment."""
    both = [rate(30, 101, id="left"), rate(30, 102, id="right")]
    assert open_alarms(*both, seen(31, f"{HIGH}:left"), minute=31) == []
    assert open_alarms(*both, seen(31, f"{HIGH}:right"), minute=31) == []


def test_what_becomes_known_with_the_tap_is_covered_and_a_moment_later_is_not():
    """Both arrive together from a page that was without its server."""
    late, on_time = rate(30, 104, late=11), rate(40, 101)
    assert open_alarms(late, on_time, seen(41, f"{HIGH}:hr-40"), minute=41) == []
    assert open_alarms(late, on_time, seen(40.9, f"{HIGH}:hr-40"), minute=41) == [HIGH]


def test_what_is_open_stands_before_what_somebody_has_seen():
    """An emergency that was seen comes after what is only watched and was not."""
    entries = [
        entry("event", 32, term="chest-pain", id="pain"),
        rate(33, 101),
        seen(34, "angina:pain"),
    ]
    found = monitoring.alarms(usual_plan(), [*beginning(), *entries], at(34))
    assert [(a.condition.code, a.is_open) for a in found] == [(HIGH, True), ("angina", False)]
    assert [ack.done for ack in found[1].acknowledgements] == ["seen"]
