"""The line of a course: every day in its place, names that touch no other, the same words beside it."""

import itertools
from datetime import date, timedelta

from holdfast.web.staff.course_line import LETTER, STRIP, WIDTH, Mark, drawing

BEGAN = date(2026, 3, 2)


def marks() -> list[Mark]:
    """Thirty visits four days apart; half of them were."""
    return [
        Mark(f"Integration visit {n}", "integration", BEGAN + timedelta(days=4 * n), n < 15)
        for n in range(30)
    ]


def test_what_was_stands_above_the_line_and_what_will_be_below():
    drawn = drawing(marks(), BEGAN + timedelta(days=58), BEGAN)["desk"]
    above = [name for name in drawn["names"] if name["y"] < drawn["line"]]
    assert len(above) == 15
    assert len(drawn["names"]) == 30
    assert all(name["x"] >= 0 and name["y"] < drawn["height"] for name in drawn["names"])


def test_no_name_touches_another():
    drawn = drawing(marks(), BEGAN + timedelta(days=58), BEGAN)["desk"]
    rows: dict[float, list[tuple[float, float]]] = {}
    for name in drawn["names"]:
        length = LETTER * (len(name["words"]) + len(name["day"]) + 1)
        assert name["x"] + length <= WIDTH
        rows.setdefault(name["y"], []).append((name["x"], name["x"] + length))
    for row in rows.values():
        row.sort()
        assert all(a[1] < b[0] for a, b in itertools.pairwise(row))


def test_a_phone_has_the_marks_alone():
    drawn = drawing(marks(), BEGAN, BEGAN)["strip"]
    assert (drawn["width"], drawn["names"], len(drawn["marks"])) == (STRIP, [], 30)
    days = [mark["x"] for mark in drawn["marks"]]
    assert days == sorted(days)


def test_calls_are_drawn_and_not_named_and_each_form_is_a_shape():
    told = {"title": "Call", "kind": "call", "on": BEGAN, "has_happened": False}
    assert not Mark(**told).has_name
    assert Mark(**told, is_next=True).has_name
    forms = [
        Mark(**told).form,
        Mark(**told, is_booked=True).form,
        Mark(**told, is_deviation=True).form,
        Mark(**(told | {"has_happened": True})).form,
    ]
    assert forms == ["planned", "booked", "deviation", "was"]


def test_a_course_of_a_day_and_one_of_twenty_years_can_be_drawn():
    assert drawing([], BEGAN, BEGAN)["desk"]["months"]
    long = Mark("Follow-up", "follow-up", BEGAN + timedelta(days=7300), has_happened=False)
    assert len(drawing([long], BEGAN, BEGAN)["strip"]["months"]) <= 6
