"""One typed line of vital signs: read as it is meant, or refused with the place and the mend."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.reading_line import LineRefused, read_line
from tests.session_kit import KINDS

READING = KINDS["reading"]
NAMES = {
    "systolic_mmhg": "sys",
    "diastolic_mmhg": "dia",
    "heart_rate_per_min": "hr",
    "temperature_celsius": "t",
    "oxygen_saturation_percent": "o",
}


def told(line):
    return {NAMES[name]: str(value) for name, value in read_line(line, READING).items()}


def refused(line):
    with pytest.raises(LineRefused) as refusal:
        read_line(line, READING)
    return refusal.value


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("142/88 96 37.4", {"sys": "142", "dia": "88", "hr": "96", "t": "37.4"}),
        ("  142/88   96  37,4 ", {"sys": "142", "dia": "88", "hr": "96", "t": "37.4"}),
        ("37.4 96 142/88", {"sys": "142", "dia": "88", "hr": "96", "t": "37.4"}),
        ("142/88", {"sys": "142", "dia": "88"}),
        ("96", {"hr": "96"}),
        ("37.4", {"t": "37.4"}),
        ("37.45", {"t": "37.45"}),
        ("38C", {"t": "38"}),
        ("38.1°C", {"t": "38.1"}),
        ("96 142/88 38", {"sys": "142", "dia": "88", "hr": "96", "t": "38"}),
        ("142/88 96 30", {"sys": "142", "dia": "88", "hr": "96", "t": "30"}),
        ("142/88 96 45", {"sys": "142", "dia": "88", "hr": "96", "t": "45"}),
        ("46", {"hr": "46"}),
        ("29", {"hr": "29"}),
        ("98%", {"o": "98"}),
        ("142/88 96 37.4 98%", {"sys": "142", "dia": "88", "hr": "96", "t": "37.4", "o": "98"}),
        ("142/141", {"sys": "142", "dia": "141"}),
    ],
)
def test_what_is_meant_is_read(line, expected):
    assert told(line) == expected


@pytest.mark.parametrize(
    ("line", "code", "column", "mend"),
    [
        ("", "empty", 1, "142/88 96 37.4"),
        ("   ", "empty", 1, "142/88 96 37.4"),
        ("96 88/142", "swapped", 4, "142/88"),
        ("100/100", "swapped", 1, "Measure again"),
        ("142 88", "slash-missing", 5, "142/88"),
        ("142 40", "slash-missing", 5, "142/40"),
        ("142 88 96 37.4", "slash-missing", 5, "142/88"),
        ("37.4 142 88", "slash-missing", 10, "142/88"),
        ("14288 96", "slash-missing", 1, "142/88"),
        ("142088", "slash-missing", 1, "142/088"),
        ("9660", "slash-missing", 1, "96/60"),
        ("96 99.5", "fahrenheit", 4, "99.5 °F is 37.5 °C"),
        ("86.0", "fahrenheit", 1, "86.0 °F is 30.0 °C"),
        ("113.0", "fahrenheit", 1, "113.0 °F is 45.0 °C"),
        ("142/88 96 99", "fahrenheit", 11, "99 °F is 37.2 °C"),
        ("142/88 96 86", "fahrenheit", 11, "30.0 °C"),
        ("142/88 96 113", "fahrenheit", 11, "45.0 °C"),
        ("142/88 96 114", "ambiguous", 11, "114%"),
        ("142/88 96 85", "ambiguous", 11, "85%"),
        ("38", "ambiguous", 1, "38.0"),
        ("30", "ambiguous", 1, "30.0"),
        ("45", "ambiguous", 1, "45.0"),
        ("142/88 37.4 37.5", "twice", 13, "Leave one"),
        ("142/88 120/80", "twice", 8, "Leave one"),
        ("98% 97%", "twice", 5, "Leave one"),
        ("37.4 142-88", "unreadable", 6, "142/88 96 37.4"),
        ("142/ 88", "unreadable", 1, "142/88 96 37.4"),
        ("hr96", "unreadable", 1, "142/88 96 37.4"),
        ("1e5", "unreadable", 1, "142/88 96 37.4"),
        ("-96", "unreadable", 1, "142/88 96 37.4"),
        ("９６", "unreadable", 1, "142/88 96 37.4"),
        ("1428812", "unreadable", 1, "142/88 96 37.4"),
        ("301/88", "out-of-range", 1, "40 to 300"),
        ("142/19", "out-of-range", 1, "20 to 200"),
        ("142/88 19", "out-of-range", 8, "20 to 300"),
        ("142/88 301", "out-of-range", 8, "20 to 300"),
        ("29.9", "out-of-range", 1, "30 to 45"),
        ("45.1", "out-of-range", 1, "30 to 45"),
        ("101%", "out-of-range", 1, "40 to 100"),
        ("39%", "out-of-range", 1, "40 to 100"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_mend(line, code, column, mend):
    refusal = refused(line)
    assert (refusal.code, refusal.column) == (code, column)
    assert mend in refusal.mend
    assert str(refusal) == f"At {column}, {refusal.part!r}: {refusal.problem}. {refusal.mend}."


def test_a_line_that_is_too_long_is_refused():
    assert refused("142/88 " + "9" * 74).code == "too-long"
    assert refused("142/88 " + "9" * 73).code != "too-long"


PRESSURES = st.integers(41, 300).flatmap(
    lambda upper: st.tuples(st.just(upper), st.integers(20, min(upper - 1, 200)))
)
CELSIUS = st.decimals(30, 45, places=1)


@given(
    PRESSURES,
    st.integers(20, 300).filter(lambda rate: not 30 <= rate <= 45),
    CELSIUS,
    st.integers(40, 100),
    st.permutations(range(4)),
)
def test_every_reading_that_can_be_is_read_in_any_order(pressure, rate, celsius, percent, order):
    parts = [f"{pressure[0]}/{pressure[1]}", str(rate), str(celsius), f"{percent}%"]
    line = " ".join(parts[place] for place in order)
    assert read_line(line, READING) == {
        "systolic_mmhg": Decimal(pressure[0]),
        "diastolic_mmhg": Decimal(pressure[1]),
        "heart_rate_per_min": Decimal(rate),
        "temperature_celsius": celsius,
        "oxygen_saturation_percent": Decimal(percent),
    }


@given(PRESSURES)
def test_a_swapped_pressure_is_never_read(pressure):
    assert refused(f"{pressure[1]}/{pressure[0]}").code in ("swapped", "out-of-range")


@given(st.decimals(86, 113, places=1))
def test_a_temperature_in_fahrenheit_is_never_read(fahrenheit):
    assert refused(str(fahrenheit)).code == "fahrenheit"


@given(PRESSURES)
def test_a_pressure_without_its_slash_is_never_read(pressure):
    assert refused(f"{pressure[0]} {pressure[1]}").code == "slash-missing"


@given(st.text(max_size=90))
def test_whatever_is_typed_is_read_within_its_ranges_or_refused_in_place(line):
    refusal, found = None, {}
    try:
        found = read_line(line, READING)
    except LineRefused as refused_so:
        refusal = refused_so
    assert bool(found) is (refusal is None)
    if refusal is not None:
        assert 1 <= refusal.column <= len(line) + 1
        assert refusal.mend
        assert refusal.code
    for name, value in found.items():
        assert READING.fields[name].least <= value <= READING.fields[name].most
