"""A yes counts from whoever may give it, by their own hand; a no counts from anybody, or from nobody."""

from dataclasses import replace

import pytest

from holdfast.domain.asked import is_proved
from holdfast.domain.findings import Outcome
from tests.told_session import (
    HOME,
    INITIAL,
    OVERNIGHT,
    SUPPLEMENT,
    before_the_dose,
    dose_given,
    evening,
    morning,
)

NOBODY, STRANGER = "", "s9"
OPEN = {
    INITIAL: (before_the_dose, "09:56"),
    SUPPLEMENT: (dose_given, "11:31"),
    OVERNIGHT: (evening, "18:01"),
    HOME: (morning, "+1 09:00"),
}


def written_by(told, by, *ids):
    """The same session, but these entries are somebody else's."""
    entries = tuple(replace(e, by=by) if e.id in ids else e for e in told.entries)
    assert entries != told.entries
    return replace(told, entries=entries)


@pytest.mark.parametrize(
    ("act", "names", "by", "shut"),
    [
        (INITIAL, ["stated-escort-confirmed"], NOBODY, {"escort-confirmed"}),
        (INITIAL, ["stated-escort-confirmed"], STRANGER, {"escort-confirmed"}),
        (INITIAL, ["escort"], NOBODY, {"escort-confirmed"}),
        (INITIAL, ["stated-overnight-arranged"], NOBODY, {"overnight-arranged"}),
        (INITIAL, ["stated-overnight-arranged"], STRANGER, {"overnight-arranged"}),
        (INITIAL, ["before"], NOBODY, {"readings-recent", "readings-in-limits"}),
        (INITIAL, ["picture"], NOBODY, {"recording"}),
        (INITIAL, ["sound"], NOBODY, {"recording"}),
        (INITIAL, ["shown-t2"], "t1", {"therapists-in-room"}),
        (INITIAL, ["shown-t2"], NOBODY, {"therapists-in-room"}),
        (INITIAL, ["page-answered"], "t1", {"physician-answered", "physician-rooms"}),
        (INITIAL, ["page-answered"], NOBODY, {"physician-answered", "physician-rooms"}),
        (SUPPLEMENT, ["looked"], NOBODY, {"symptoms"}),
        (SUPPLEMENT, ["looked"], STRANGER, {"symptoms"}),
        (SUPPLEMENT, ["before-supplement"], NOBODY, {"readings-recent"}),
        (SUPPLEMENT, ["before"], NOBODY, {"temperature-rise"}),
        (OVERNIGHT, ["told-a1"], NOBODY, {"night-attendant"}),
        (HOME, ["handed-over"], NOBODY, {"overnight-done"}),
        (HOME, ["call"], NOBODY, {"first-call"}),
    ],
)
def test_a_yes_of_nobody_or_of_somebody_else_opens_nothing(act, names, by, shut):
    begun, at = OPEN[act]
    assert begun().shut_by(act, at) == {}
    assert shut <= set(written_by(begun(), by, *names).shut_by(act, at))


@pytest.mark.parametrize("by", [NOBODY, STRANGER, "t1"])
def test_a_no_counts_from_anybody(by):
    day = before_the_dose()
    for code in ("escort-confirmed", "overnight-arranged"):
        told = day.state("09:50", code, by, "no")
        assert told.shut_by(INITIAL, "09:56") == {code: {"stated-otherwise"}}
    told = dose_given().state("11:29", "no-new-symptom", by, "no")
    assert told.shut_by(SUPPLEMENT, "11:31") == {"symptoms": {"symptom-stated"}}
    told = day.add("09:50", "recording", by, state="stopped", stream="sound")
    assert told.shut_by(INITIAL, "09:56")["recording"] == {"recording-stopped"}


def test_a_reading_that_is_nobodys_shuts_and_never_opens():
    high = before_the_dose().reading("09:52", "172/88", 74, 36.7, by=NOBODY)
    assert high.shut_by(INITIAL, "09:56")["readings-in-limits"] == {"limit-breached"}
    known = before_the_dose().reading("09:52", "172/88", 74, 36.7)
    calm = known.reading("09:54", "126/78", 74, 36.7, by=NOBODY)
    assert "readings-in-limits" in calm.shut_by(INITIAL, "09:56")
    earlier = before_the_dose().reading("09:40", "126/78", 120, 36.7, by=NOBODY)
    assert "readings-in-limits" not in earlier.shut_by(INITIAL, "09:56")
    warm = dose_given().reading("11:26", None, None, 37.9, by=NOBODY)
    assert warm.shut_by(SUPPLEMENT, "11:31")["temperature-rise"] == {"rise-too-high"}
    cool = dose_given().reading("11:27", None, None, 37.9).reading("11:28", warmth=37, by=NOBODY)
    assert cool.shut_by(SUPPLEMENT, "11:31")["temperature-rise"] == {"rise-too-high"}


# Who showed who they are


@pytest.mark.parametrize(
    ("how", "role", "by", "is_one"),
    [
        ("pin", "therapist", "x", True),
        ("passkey", "physician", "x", True),
        ("pin", "therapist", "t1", False),
        ("passkey", "attendant", "t1", False),
        ("pin", "attendant", NOBODY, False),
        ("document", "attendant", "t1", True),
        ("document", "attendant", "x", False),
        ("document", "attendant", NOBODY, False),
        ("document", "therapist", "t1", False),
        ("document", "physician", "t1", False),
        ("known-by-sight", "attendant", "x", False),
    ],
)
def test_nobody_proves_who_somebody_else_is(how, role, by, is_one):
    told = before_the_dose().add("08:40", "identified", by, person="x", role=role, how=how)
    assert is_proved(told.entries[-1]) is is_one


# Who agrees


@pytest.mark.parametrize("act", [SUPPLEMENT, OVERNIGHT])
@pytest.mark.parametrize(
    ("by", "person"), [("t1", "t2"), (NOBODY, "t2"), (NOBODY, None), (STRANGER, None)]
)
def test_a_no_that_another_wrote_for_a_therapist_is_not_dropped(act, by, person):
    begun, at = OPEN[act]
    about = "supplemental-dose" if act == SUPPLEMENT else "release"
    later, again = ("11:29", "11:30") if act == SUPPLEMENT else ("17:59", "18:00")
    condition = "therapists-agree" if act == SUPPLEMENT else "therapists-find-safe"
    said = begun().add(
        later, "agreement", by, about=about, role="therapist", answer="no", person=person
    )
    assert said.shut_by(act, at) == {condition: {"does-not-agree"}}
    both = said.agree(again, about, person=None)
    assert both.shut_by(act, at) == {}
    if person is None:
        one = said.agree(again, about, person=None, t2=None)
        assert one.shut_by(act, at) == {condition: {"does-not-agree"}}


def test_a_yes_that_another_wrote_for_a_therapist_is_none():
    told = dose_given().add(
        "11:29",
        "agreement",
        "t2",
        about="supplemental-dose",
        role="therapist",
        answer="no",
        person="t2",
    )
    told = told.add(
        "11:30",
        "agreement",
        "t1",
        about="supplemental-dose",
        role="therapist",
        answer="yes",
        person="t2",
    )
    assert told.shut_by(SUPPLEMENT, "11:31") == {"therapists-agree": {"does-not-agree"}}


def test_two_strangers_do_not_release_anybody():
    told = evening()
    told = replace(
        told,
        entries=tuple(
            e
            for e in told.entries
            if not (
                e.kind == "agreement"
                and e.code("about") == "release"
                and e.code("role") == "therapist"
            )
        ),
    )
    for stranger in ("s8", "s9"):
        told = told.add(
            "17:58", "agreement", stranger, about="release", role="therapist", answer="yes"
        )
    assert told.shut_by(OVERNIGHT, "18:01") == {
        "therapists-find-safe": {"too-few-therapists-asked"}
    }


def test_a_therapist_who_left_the_room_after_a_no_is_still_heard():
    told = dose_given().add("11:27", "identified", "t3", person="t3", role="therapist", how="pin")
    no = {"about": "supplemental-dose", "role": "therapist", "answer": "no"}
    told = told.add("11:29", "agreement", "t3", **no).add("11:30", "went-out", "t3", person="t3")
    assert told.shut_by(SUPPLEMENT, "11:31") == {"therapists-agree": {"does-not-agree"}}


# What waits for whose it is


@pytest.mark.parametrize("act", OPEN)
def test_where_an_entry_waits_for_whose_it_is_no_dose_and_no_release_is_permitted(act):
    begun, at = OPEN[act]
    told = begun().finding("nothing-waits", Outcome.FAILED)
    assert told.shut_by(act, at) == {"entries-attributed": {"handed-in"}}
    assert begun().finding("nothing-waits", Outcome.PASSED).shut_by(act, at) == {}
    dropped = begun().add("08:40", "dose-dropped", NOBODY, dose="initial", recovered="whole")
    assert dropped.shut_by(act, at)["entries-attributed"] == {"entries-are-nobodys"}
    back = dropped.add("08:41", "correction", corrects=dropped.entries[-1].id, reason="artefact")
    assert "entries-attributed" not in back.shut_by(act, at)
