"""The entries of a session: read strictly, kept for ever, each known since the first time it came."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.session_entries import (
    EntryRefused,
    SessionEntry,
    corrected,
    known,
    read_entry,
    standing,
)
from tests.session_kit import KINDS, at, entry, pressure, rate, sessions

TOLD = {
    "id": "e1",
    "kind": "reading",
    "at": "2026-05-04T10:12:00+02:00",
    "known_at": "2026-05-04T08:12:05Z",
    "by": "t1",
    "fields": {"systolic_mmhg": 142, "diastolic_mmhg": 88, "temperature_celsius": 37.4},
    "corrects": None,
}


def refused(told, kinds=KINDS):
    with pytest.raises(EntryRefused) as refusal:
        read_entry(told, kinds)
    return refusal.value


def with_fields(kind="reading", **fields):
    return {**TOLD, "kind": kind, "fields": fields}


def test_an_entry_is_read_with_its_numbers_exact_and_its_times_in_utc():
    one = read_entry(TOLD, KINDS)
    assert one.number("temperature_celsius") == Decimal("37.4")
    assert one.at == datetime(2026, 5, 4, 8, 12, tzinfo=UTC)
    assert one.at.utcoffset() == timedelta(0)
    assert (one.id, one.kind, one.by, one.corrects) == ("e1", "reading", "t1", None)


def test_what_an_entry_does_not_say_is_nothing():
    one = entry("impairment", 1, is_impaired=True)
    assert (one.number("is_impaired"), one.code("is_impaired")) == (None, "")
    assert (one.flag("is_impaired"), one.flag("test")) == (True, None)
    assert one.moment("is_impaired") is None
    authorised = entry("authorisation", 1, gate="x", expires_at="2026-05-04T09:00:00Z")
    assert authorised.moment("expires_at") == at(60)
    assert authorised.code("expires_at") == ""


def test_an_entry_of_nobody_is_read():
    assert read_entry({**TOLD, "by": ""}, KINDS).by == ""


def test_fields_and_correction_may_be_left_out():
    bare = {key: TOLD[key] for key in ("id", "at", "known_at", "by")}
    assert read_entry({**bare, "kind": "note"}, KINDS).fields == {}
    assert read_entry({**TOLD, "corrects": "e0"}, KINDS).corrects == "e0"


def test_both_times_need_their_offset():
    bare, sure = datetime(2026, 5, 4), datetime(2026, 5, 4, tzinfo=UTC)
    for moment, known_at in ((bare, sure), (sure, bare)):
        with pytest.raises(ValueError, match="offset"):
            SessionEntry("e1", "note", moment, known_at, "t1")


@pytest.mark.parametrize(
    ("told", "place", "said"),
    [
        ([], "entry", "no entry"),
        ({**TOLD, "colour": 1}, "entry.colour", "unknown key"),
        ({k: v for k, v in TOLD.items() if k != "id"}, "entry.id", "missing"),
        ({k: v for k, v in TOLD.items() if k != "known_at"}, "entry.known_at", "missing"),
        ({k: v for k, v in TOLD.items() if k != "by"}, "entry.by", "missing"),
        ({**TOLD, "kind": "weather"}, "entry.kind", "no kind"),
        ({**TOLD, "kind": ["reading"]}, "entry.kind", "no kind"),
        ({**TOLD, "id": ""}, "entry.id", "no id"),
        ({**TOLD, "id": "-x"}, "entry.id", "no id"),
        ({**TOLD, "id": "a" * 161}, "entry.id", "no id"),
        ({**TOLD, "id": 7}, "entry.id", "no id"),
        ({**TOLD, "by": "two words"}, "entry.by", "no id"),
        ({**TOLD, "corrects": ""}, "entry.corrects", "no id"),
        ({**TOLD, "at": "2026-05-04T10:12:00"}, "entry.at", "offset"),
        ({**TOLD, "at": "1999-12-31T23:59:00Z"}, "entry.at", "year"),
        ({**TOLD, "at": "2201-01-01T00:00:00Z"}, "entry.at", "year"),
        ({**TOLD, "at": "ten past ten"}, "entry.at", "no instant"),
        ({**TOLD, "at": 5}, "entry.at", "no instant"),
        ({**TOLD, "fields": []}, "entry.fields", "no object"),
        (with_fields(), "entry.fields", "nothing is told"),
        (with_fields(how="typed"), "entry.fields", "nothing is told"),
        (with_fields(pulse=1), "entry.fields.pulse", "unknown field"),
        (with_fields(systolic_mmhg=120), "entry.fields.diastolic_mmhg", "beside the other"),
        (
            with_fields(diastolic_mmhg=80, heart_rate_per_min=70),
            "entry.fields.systolic_mmhg",
            "beside",
        ),
        (
            with_fields(systolic_mmhg=80, diastolic_mmhg=120),
            "entry.fields.diastolic_mmhg",
            "not below",
        ),
        (
            with_fields(systolic_mmhg=80, diastolic_mmhg=80),
            "entry.fields.diastolic_mmhg",
            "not below",
        ),
        (with_fields(heart_rate_per_min=19), "entry.fields.heart_rate_per_min", "cannot be"),
        (with_fields(heart_rate_per_min=301), "entry.fields.heart_rate_per_min", "cannot be"),
        (with_fields(heart_rate_per_min=70.5), "entry.fields.heart_rate_per_min", "finer"),
        (with_fields(temperature_celsius=37.123), "entry.fields.temperature_celsius", "finer"),
        (with_fields(heart_rate_per_min="70"), "entry.fields.heart_rate_per_min", "no number"),
        (with_fields(heart_rate_per_min=True), "entry.fields.heart_rate_per_min", "no number"),
        (with_fields(heart_rate_per_min=float("nan")), "entry.fields.heart_rate_per_min", "no num"),
        (with_fields(heart_rate_per_min=float("inf")), "entry.fields.heart_rate_per_min", "no num"),
        (with_fields("impairment", is_impaired=1), "entry.fields.is_impaired", "no yes or no"),
        (with_fields("impairment"), "entry.fields.is_impaired", "missing"),
        (
            with_fields("deferral", measure="all", reason="tired"),
            "entry.fields.reason",
            "not known",
        ),
        (with_fields("impairment", is_impaired=True, test="A b"), "entry.fields.test", "no code"),
        (
            with_fields("impairment", is_impaired=True, test="a" * 81),
            "entry.fields.test",
            "no code",
        ),
        (with_fields("impairment", is_impaired=True, test=3), "entry.fields.test", "no code"),
        (
            with_fields("hand-over", from_person="t 1", to_person="t2"),
            "entry.fields.from_person",
            "no id",
        ),
        (
            with_fields("authorisation", gate="x", expires_at="soon"),
            "entry.fields.expires_at",
            "no instant",
        ),
    ],
)
def test_what_is_no_entry_is_refused_with_place_and_mend(told, place, said):
    refusal = refused(told)
    assert refusal.place == place
    assert said in refusal.problem
    assert refusal.mend
    assert str(refusal) == f"{refusal.place}: {refusal.problem}. {refusal.mend}."


@pytest.mark.parametrize(
    "fields",
    [
        {"heart_rate_per_min": 20},
        {"heart_rate_per_min": 300},
        {"temperature_celsius": 30},
        {"temperature_celsius": 45},
        {"temperature_celsius": 37.12},
        {"systolic_mmhg": 81, "diastolic_mmhg": 80},
        {"sodium_mmol_per_l": Decimal("129.9")},
    ],
)
def test_what_can_be_is_read(fields):
    assert read_entry(with_fields(**fields), KINDS).fields.keys() == fields.keys()


def test_ids_and_codes_may_be_as_long_as_that():
    assert read_entry({**TOLD, "id": "a" * 160}, KINDS).id == "a" * 160
    long = with_fields("impairment", is_impaired=True, test="a" * 80)
    assert read_entry(long, KINDS).code("test") == "a" * 80


@given(sessions())
def test_what_is_written_is_read_as_it_was(entries):
    for one in entries:
        again = read_entry(one.to_json(), KINDS)
        assert again == one
        assert again.to_json() == one.to_json()


@given(sessions(), st.randoms(use_true_random=False))
def test_each_entry_is_known_once_in_the_order_of_knowing(entries, chance):
    mixed = [*entries, *entries]
    chance.shuffle(mixed)
    found = known(mixed, at(10_000))
    assert found == known(entries, at(10_000))
    assert {one.id for one in found} == {one.id for one in entries}
    assert [one.known_at for one in found] == sorted(one.known_at for one in entries)


def test_what_is_not_known_yet_is_not_there():
    one = rate(10, 70, late=5)
    assert known([one], at(14.9)) == ()
    assert known([one], at(15)) == (one,)


def test_an_entry_sent_again_later_is_known_since_the_first_time():
    first, again = rate(10, 70), rate(10, 70, late=5)
    assert known([again, first], at(60)) == (first,)


def test_two_that_say_different_things_under_one_id_are_both_kept():
    one, other = rate(10, 70, id="same"), rate(10, 130, id="same")
    found = known([one, other], at(60))
    assert {each.number("heart_rate_per_min") for each in found} == {70, 130}


def test_the_same_number_written_otherwise_is_the_same_entry():
    one = SessionEntry("a", "reading", at(1), at(1), "t1", {"temperature_celsius": Decimal("37.0")})
    other = SessionEntry("a", "reading", at(1), at(1), "t1", {"temperature_celsius": Decimal("37")})
    assert len(known([one, other], at(60))) == 1


def test_a_correction_names_what_it_corrects_and_the_first_counts():
    wrong = pressure(10, 184, id="wrong")
    first = pressure(10, 148, id="first", late=2, corrects="wrong")
    second = pressure(10, 149, id="second", late=5, corrects="wrong")
    itself = pressure(11, 150, id="itself", corrects="itself")
    every = [second, itself, wrong, first]
    assert corrected(every) == {"wrong": first}
    assert standing(every) == (second, itself, first)


def test_a_time_is_written_in_utc():
    moment = datetime(2026, 5, 4, 10, tzinfo=timezone(timedelta(hours=2)))
    told = SessionEntry("a", "note", moment, moment, "t1").to_json()
    assert told["at"] == told["known_at"] == "2026-05-04T08:00:00Z"


def test_numbers_are_written_as_numbers():
    told = entry("reading", 1, temperature_celsius=37.0, heart_rate_per_min=70).to_json()
    assert told["fields"] == {"heart_rate_per_min": 70, "temperature_celsius": 37}
    assert isinstance(told["fields"]["temperature_celsius"], int)
    assert entry("reading", 1, temperature_celsius=37.4).to_json()["fields"] == {
        "temperature_celsius": 37.4
    }
