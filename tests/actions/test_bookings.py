"""Bookings: whole or not at all, never twice, by the wall clock; and two people booking at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, connections

from holdfast.actions import bookings, people
from holdfast.actions.course_gates import postponed_at
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.domain.identity import PersonIdentity
from holdfast.domain.reservations import Slot
from holdfast.records.courses import course_of, slot_of
from holdfast.records.models import Booking, GatePassed, Room, Site
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import NOW, Clinic, enrolled, written
from tests.actions.courses import course
from tests.actions.running import (
    Running,
    add_person,
    built,
    open_gates,
    running,
    running_template,
)

__all__ = ["open_gates", "running", "running_template"]


def another(running: Running, number: int = 2):
    """Somebody else's course."""
    identity = PersonIdentity(family=f"N{number}", given="A", identifiers=(("urn:x", f"{number}"),))
    hashed = f"{number:02x}" * 32
    found = enrolled(running.clinic, identity=identity, bundle_sha256=hashed)
    running.clinic.now += timedelta(minutes=3)
    course(running.clinic, found, NOW.date())
    return found


def test_a_reservation_is_one_fact_that_is_moved_and_cancelled(running):
    told = running.told()
    receipt = written(running.book(**{k: told[k] for k in ("entry_id",)}))
    first = Booking.objects.get()
    assert (first.starts, first.zone) == ("2026-03-16T09:00", "Australia/Melbourne")
    again = bookings.book(enrollment=running.enrollment, wanted=running.wanted(), **told)
    assert again == receipt
    assert running.book() == Refusal("booked-already", {"visit": "v1"})
    written(running.book(running.wanted(starts="2026-03-16T09:30"), replaces=first))
    moved = Booking.objects.get(corrects=first)
    assert running.book(replaces=first) == Refusal("already-corrected")
    assert postponed_at(running.enrollment, "v1") is None  # half an hour later is the same day
    written(bookings.cancel(booking=moved, reason="staff-away", **running.told()))
    assert course_of(running.enrollment).bookings == ()
    assert postponed_at(running.enrollment, "v1") is not None
    written(running.book())
    assert verify_here().fits


def test_nothing_is_taken_twice(running):
    written(running.book())
    other = another(running)
    third = add_person(running.clinic, "third", "therapist")
    fourth = add_person(running.clinic, "fourth", "therapist")
    doctor = add_person(running.clinic, "doctor", "physician")
    free = {"lead": third, "second": fourth, "physician": doctor}
    free["room"] = Room.objects.get(code="r2")
    for what, taken in (("lead", running.lead), ("second", running.second), ("room", running.room)):
        refused = running.book(running.wanted(**(free | {what: taken})), enrollment=other)
        assert refused == Refusal("booking-taken", {"taken": what})
    at_nine = running.wanted(
        physician=running.clinic.physician, **{k: free[k] for k in ("lead", "second", "room")}
    )
    refused = running.book(at_nine, enrollment=other)
    assert refused == Refusal("booking-taken", {"taken": "physician"})
    twice = running.book(running.wanted("v2", **free))
    assert twice == Refusal("booking-taken", {"taken": "person"})
    written(running.book(running.wanted(starts="2026-03-16T10:30"), enrollment=other))
    written(running.book(running.wanted("v2", starts="2026-03-17T09:00", **free)))


def test_a_reservation_is_never_half(running, open_gates):
    half = {"lead": "lead", "second": "second", "physician": "physician", "room": "room"}
    for without, said in half.items():
        refused = running.book(
            running.wanted("v5", minutes=480, place="site-overnight", **{without: None})
        )
        assert refused == Refusal("booking-in-part", {"missing": said})
    assert not Booking.objects.exists()
    assert not GatePassed.objects.exists()
    written(running.book(running.wanted("v5", minutes=480, place="site-overnight")))
    assert GatePassed.objects.get().act == "schedule-dosing"
    assert verify_here().fits


def test_a_dosing_session_is_booked_behind_its_gate(running):
    refused = running.book(running.wanted("v5", minutes=480))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.values["act"]) == ("gate-shut", "schedule-dosing")
    assert not Booking.objects.exists()


def test_a_time_must_be_one(running):
    """In Melbourne the clocks go forward on 4 October 2026 at two."""
    assert running.book(running.wanted(starts="2026-10-04T02:30")) == Refusal("no-such-time")
    assert running.book(running.wanted(starts="2026-03-01T09:00")) == Refusal("time-is-past")
    assert running.book(running.wanted(minutes=0)) == Refusal("minutes-do-not-fit")
    assert running.book(running.wanted("v99")) == Refusal("visit-unknown", {"visit": "v99"})
    twice = running.wanted(physician=running.lead, lead=running.clinic.physician)
    assert running.book(twice) == Refusal("seat-not-theirs", {"seat": "physician"})
    assert running.book(running.wanted(second=running.lead)) == Refusal("one-person-twice")


def test_nine_stays_nine_across_the_change_of_the_clocks(running):
    written(running.book(running.wanted(starts="2026-04-04T09:00")))
    written(running.book(running.wanted("v2", starts="2026-04-05T09:00")))
    saturday, sunday = (slot_of(row) for row in Booking.objects.order_by("starts"))
    assert saturday.begins_at() == datetime(2026, 4, 3, 22, tzinfo=UTC)
    assert sunday.begins_at() == datetime(2026, 4, 4, 23, tzinfo=UTC)
    assert (saturday.starts.hour, sunday.starts.hour) == (9, 9)


def test_who_works_at_two_sites_is_booked_once(running):
    written(running.book())
    clinic = running.clinic
    told = {"entry_id": uuid4(), "by": clinic.administrator, "now": clinic.now}
    made = written(people.create_site(code="SOUTH", name="South", zone="Asia/Tokyo", **told))
    south = Site.objects.get(id=made.stream_id)
    for login, role in (
        ("coordinator", "coordinator"),
        ("therapist", "therapist"),
        ("physician", "physician"),
    ):
        given = {"site": south, "role": role, "valid_from": clinic.now, "entry_id": uuid4()}
        written(
            people.assign_role(
                user=clinic.accounts[login], **given, by=clinic.administrator, now=clinic.now
            )
        )
    there = Running(
        Clinic(south, clinic.administrator, clinic.accounts, clinic.now),
        running.enrollment,
        running.room,
    )
    other = another(there)
    tokyo = {"second": None, "room": None, "physician": None, "place": "telephone"}
    at_once = running.wanted("call-1-1", starts="2026-03-16T07:30", minutes=30, **tokyo)
    assert slot_of(Booking.objects.get()).overlaps(Slot(at_once.starts, "Asia/Tokyo", 30))
    refused = running.book(at_once, enrollment=other)
    assert refused == Refusal("booking-taken", {"taken": "lead"})


@pytest.mark.postgres
def test_two_people_booking_at_once_never_share_anything(postgres_database):
    """Six people book at once, each another person, all wanting the same pair, room and physician."""
    running = built()
    enrollments = [running.enrollment, *(another(running, n) for n in range(2, 7))]
    gate = Barrier(len(enrollments))

    def booked(enrollment):
        try:
            gate.wait(20)
            return running.book(enrollment=enrollment)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(enrollments)) as pool:
        answers = list(pool.map(booked, enrollments))
    assert sum(isinstance(answer, Receipt) for answer in answers) == 1
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {(a.reason, a.values["taken"]) for a in refused} == {
        ("booking-taken", "lead, physician, room, second")
    }
    assert Booking.objects.count() == 1
    assert connection.vendor == "postgresql"
    assert verify_here().fits
