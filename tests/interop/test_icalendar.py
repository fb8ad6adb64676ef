"""Appointments as iCalendar: nothing of the treatment in them, and the hour stays the hour."""

from datetime import UTC, datetime
from uuid import UUID

from holdfast.interop.icalendar import Event, calendar

MADE = datetime(2026, 3, 1, 8, tzinfo=UTC)


def event(number: int = 1, **given) -> Event:
    told = {
        "starts": datetime(2026, 4, 7, 9),
        "zone": "Australia/Melbourne",
        "minutes": 90,
        "title": "Appointment",
        "changed_at": MADE,
    }
    return Event(UUID(int=number), **(told | given))


def lines(*events: Event) -> list[str]:
    raw = calendar(events, title="Appointments").decode()
    assert raw.endswith("END:VCALENDAR\r\n")
    return raw.replace("\r\n ", "").split("\r\n")


def test_an_event_is_told_by_the_clock_of_its_zone_and_nothing_more():
    said = lines(event())
    inside = said[said.index("BEGIN:VEVENT") + 1 : said.index("END:VEVENT")]
    assert inside == [
        f"UID:{UUID(int=1)}@holdfast",
        "DTSTAMP:20260301T080000Z",
        "DTSTART;TZID=Australia/Melbourne:20260407T090000",
        "DURATION:PT90M",
        "SUMMARY:Appointment",
        "CLASS:PRIVATE",
    ]


def test_nine_stays_nine_on_both_sides_of_a_change_of_the_clock():
    said = lines(event(1), event(2, starts=datetime(2026, 4, 3, 9)))
    starts = [line for line in said if line.startswith("DTSTART;")]
    assert [line[-6:] for line in starts] == ["090000", "090000"]


def test_the_zone_brings_its_own_changes():
    said = lines(event())
    autumn = said.index("DTSTART:20260405T030000")
    assert said[autumn - 1] == "BEGIN:STANDARD"
    assert said[autumn + 1 : autumn + 3] == ["TZOFFSETFROM:+1100", "TZOFFSETTO:+1000"]
    spring = said.index("DTSTART:20261004T020000")
    assert said[spring - 1] == "BEGIN:DAYLIGHT"
    assert said.count("BEGIN:VTIMEZONE") == 1


def test_a_zone_without_changes_has_one_rule():
    said = lines(event(zone="Australia/Brisbane"))
    assert [line for line in said if line.startswith("TZOFFSETTO")] == ["TZOFFSETTO:+1000"]


def test_a_persons_own_title_cannot_break_out_of_its_line():
    said = lines(event(title="tea, then; x\r\nBEGIN:VALARM\\"))
    assert "SUMMARY:tea\\, then\\; x\\nBEGIN:VALARM\\\\" in said
    assert "BEGIN:VALARM" not in said


def test_no_line_is_longer_than_75_octets_and_no_letter_is_split():
    raw = calendar([event(title="ö" * 60)], title="Termine")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert "ö" * 60 in raw.decode().replace("\r\n ", "")


def test_the_same_appointments_give_the_same_bytes():
    both = [event(1), event(2, zone="Europe/Zurich")]
    assert calendar(both, title="x") == calendar(both[::-1], title="x")


def test_no_appointments_are_an_empty_calendar():
    assert "BEGIN:VTIMEZONE" not in lines()
