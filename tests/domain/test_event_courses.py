"""What was felt is one course for each term: onset, peak, offset; what felt good as well."""

import pytest

from holdfast.domain.event_courses import event_courses, is_graver
from holdfast.domain.session_log import log_of
from tests.session_kit import at, entry


def courses(*entries):
    return event_courses(log_of(entries, at(400)))


def felt(minute, term="nausea", **fields):
    return entry("event", minute, id=f"{term}{minute}", term=term, **fields)


def test_repeats_of_a_term_are_one_course():
    (one,) = courses(
        felt(60, severity="mild", valence="neutral"),
        felt(80, severity="severe", valence="bad", serious="no"),
        felt(95, severity="severe", valence="bad"),
        felt(120, course="offset"),
    )
    assert (one.term, one.onset, one.peak, one.offset) == ("nausea", at(60), at(80), at(120))
    assert (one.severity, one.serious, one.valences) == ("severe", "no", ("neutral", "bad"))
    assert one.entries == ("nausea60", "nausea80", "nausea95", "nausea120")


def test_a_peak_that_somebody_named_is_the_peak():
    (one,) = courses(felt(10, severity="severe"), felt(30, course="peak", severity="moderate"))
    assert (one.peak, one.offset) == (at(30), None)


def test_nothing_said_is_nothing_known():
    (one,) = courses(felt(10))
    assert (one.peak, one.offset, one.severity, one.serious, one.valences) == (
        None,
        None,
        "",
        "",
        (),
    )


def test_what_begins_again_is_not_over():
    (one,) = courses(felt(10), felt(20, course="offset"), felt(30))
    assert one.offset is None


def test_terms_come_by_their_onset_and_what_was_taken_back_is_in_none():
    back = entry("correction", 50, corrects="fall40", reason="typing-slip")
    found = courses(felt(30), felt(20, "warmth", valence="good"), felt(40, "fall"), back)
    assert [one.term for one in found] == ["warmth", "nausea"]


@pytest.mark.parametrize(
    ("one", "other", "graver"),
    [
        ("yes", "unknown", True),
        ("unknown", "no", True),
        ("no", "", True),
        ("yes", "yes", False),
        ("unknown", "yes", False),
        ("", "no", False),
    ],
)
def test_yes_is_graver_than_nobody_can_say_and_that_than_no(one, other, graver):
    assert is_graver(one, other) is graver
