"""Concerns: raised by anybody, readable outside alone, acknowledged, answered, closed, two-way."""

import json
from uuid import uuid4

import pytest
from django.db import connection

from holdfast.actions import concerns, people
from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.domain.concerns import Seat
from holdfast.records.concern_keys import NotOpened, ReporterKey, new_phrase
from holdfast.records.concern_reads import may_read, told, unread_by
from holdfast.records.concerns import Concern, register_of
from holdfast.records.journal import ORGANISATION, OutboxEntry, Stream
from holdfast.records.people import RoleAssignment, Site
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import CANARY, Clinic, written
from tests.actions.outside import Outside, boxed, has_tested, named, outside, person


@pytest.fixture
def beyond(clinic: Clinic) -> Outside:
    return outside(clinic)


def heads(*ids) -> dict:
    return dict(Stream.objects.filter(id__in=ids).values_list("id", "head"))


def test_a_concern_is_read_outside_and_by_whoever_has_the_phrase(beyond):
    concern, phrase = beyond.raised()
    for seat in Seat:
        key = beyond.key(concern, seat)
        words = key.read(concern.words, place="concern", row=concern.id)
        assert json.loads(words)["whom"] == CANARY
    mine = concern.shares.get(user=None)
    back = ReporterKey.of(phrase, concern.site_id)
    assert back.lookup == concern.lookup
    assert back.open(concern.id, mine.sealed_key) == beyond.key(concern)
    with pytest.raises(NotOpened):
        ReporterKey.of(new_phrase(), concern.site_id).open(concern.id, mine.sealed_key)


def test_nobody_stands_as_its_author_and_no_stream_of_the_site_moves(beyond):
    clinic = beyond.clinic
    before = heads(clinic.site.id, ORGANISATION)
    concern, _ = beyond.raised()
    written(beyond.acknowledged(concern, Seat.FIRST))
    key = beyond.key(concern)
    given = {"concern": concern, "key": key, "entry_id": uuid4(), "now": clinic.now}
    written(concerns.answer_concern(text="We read it.", by=beyond.holders[Seat.FIRST], **given))
    given["entry_id"] = uuid4()
    written(concerns.add_to_concern(text="Thank you.", **given))
    given["entry_id"] = uuid4()
    closing = {"outcome": "advice-given", "by": beyond.holders[Seat.SECOND]}
    written(concerns.close_concern(text="Closed.", **closing, **given))
    assert heads(clinic.site.id, ORGANISATION) == before
    assert concern.recorded_by.login == "holdfast"
    assert not OutboxEntry.objects.exists()
    assert told(concern).is_closed
    assert verify_here().fits


def test_the_database_and_the_site_key_open_no_word_of_it(beyond):
    concern, _ = beyond.raised()
    assert CANARY not in concern.words
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM records_personkey")
        (keys,) = cursor.fetchone()
    beyond.raised()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM records_personkey")
        assert cursor.fetchone() == (keys,)  # no key of it is wrapped by the site's


def test_the_same_concern_sent_twice_is_one_and_another_under_its_id_is_kept_apart(beyond):
    phrase, entry_id = new_phrase(), uuid4()
    given = {
        "site": beyond.clinic.site,
        "reporter": ReporterKey.of(phrase, beyond.clinic.site.id),
        "entry_id": entry_id,
        "now": beyond.clinic.now,
    }
    first = written(concerns.raise_concern(words="one", **given))
    assert written(concerns.raise_concern(words="one", **given)) == first
    assert isinstance(concerns.raise_concern(words="two", **given), Conflict)
    assert Concern.objects.count() == 1


def test_without_recipients_nothing_is_promised(clinic):
    told_to = ReporterKey.of(new_phrase(), clinic.site.id)
    given = {"words": "x", "reporter": told_to, "entry_id": uuid4(), "now": clinic.now}
    assert concerns.raise_concern(site=clinic.site, **given) == Refusal("nobody-outside")
    assert not Concern.objects.exists()


def test_the_ethics_committee_reads_only_what_climbed(beyond):
    clinic, ethics = beyond.clinic, beyond.holders[Seat.ETHICS]
    concern, _ = beyond.raised()
    assert not may_read(ethics, concern, clinic.now)
    written(beyond.acknowledged(concern, Seat.FIRST))
    assert may_read(ethics, concern, clinic.later(hours=24))
    assert may_read(beyond.holders[Seat.FIRST], concern, clinic.now)


def test_nobody_of_the_site_may_read_acknowledge_or_close(beyond):
    concern, _ = beyond.raised()
    clinic = beyond.clinic
    for user in (clinic.administrator, beyond.lead, *clinic.accounts.values()):
        assert not may_read(user, concern, clinic.now)
        given = {"concern": concern, "entry_id": uuid4(), "by": user, "now": clinic.now}
        assert isinstance(concerns.acknowledge_concern(**given), Refusal)
        closing = {"key": beyond.key(concern), "outcome": "advice-given", "text": "x"}
        assert isinstance(concerns.close_concern(**closing, **given), Refusal)


def test_a_new_recipient_reads_earlier_concerns_once_they_are_handed_over(beyond):
    clinic, site = beyond.clinic, beyond.clinic.site
    concern, _ = beyond.raised()
    other = person(clinic, "outside-other", "complaint-recipient")
    written(named(site, Seat.SECOND, other, beyond.lead, clinic.later(minutes=1)))
    boxed(site, other, clinic.now)
    assert unread_by(concern, clinic.now) == []  # not before their first test
    has_tested(site, Seat.SECOND, clinic.now)
    assert not may_read(other, concern, clinic.now)
    by = {"entry_id": uuid4(), "by": beyond.holders[Seat.FIRST], "now": clinic.now}
    written(concerns.hand_over(concern=concern, key=beyond.key(concern), **by))
    assert may_read(other, concern, clinic.now)


def test_the_register_names_every_concern(beyond):
    concern, _ = beyond.raised()
    assert Stream.objects.get(id=concern.id).kind == "concern"
    assert Stream.objects.get(id=register_of(concern.site_id)).kind == "concerns"


def test_a_recipient_in_a_seat_cannot_be_removed_until_another_counts(beyond):
    clinic, site = beyond.clinic, beyond.clinic.site
    first = beyond.holders[Seat.FIRST]
    held = RoleAssignment.objects.get(user=first, corrected_by=None)

    def ended():
        told = {"valid_until": clinic.now, "reason": "left", "entry_id": uuid4()}
        return people.end_role(assignment=held, by=clinic.administrator, now=clinic.now, **told)

    clinic.later(minutes=1)
    assert ended() == Refusal("recipient-in-seat")
    other = person(clinic, "outside-other", "complaint-recipient")
    written(named(site, Seat.FIRST, other, beyond.lead, clinic.now))
    boxed(site, other, clinic.now)
    assert ended() == Refusal("recipient-in-seat")
    has_tested(site, Seat.FIRST, clinic.later(minutes=1))
    written(ended())


def test_only_a_site_lead_names_and_only_whoever_has_the_role_is_named(beyond):
    clinic, site = beyond.clinic, beyond.clinic.site
    now = clinic.now
    assert isinstance(
        named(site, Seat.FIRST, beyond.holders[Seat.FIRST], clinic.administrator, now), Refusal
    )
    refused = named(site, Seat.FIRST, clinic.therapist, beyond.lead, now)
    assert refused == Refusal("not-an-outside-recipient")
    second = beyond.holders[Seat.SECOND]
    assert named(site, Seat.FIRST, second, beyond.lead, now) == Refusal("one-seat-each")
    first = beyond.holders[Seat.FIRST]
    wrong = named(site, Seat.FIRST, first, beyond.lead, now, email="nowhere")
    assert wrong == Refusal("address-does-not-fit")


def test_a_recipient_holds_no_other_role_in_the_organisation(beyond):
    clinic, admin = beyond.clinic, beyond.clinic.administrator
    opened = {"code": "SOUTH", "name": "South", "zone": "Europe/Zurich", "entry_id": uuid4()}
    made = written(people.create_site(**opened, by=admin, now=clinic.now))
    south = Site.objects.get(id=made.stream_id)

    def given(user, role):
        told = {"valid_from": clinic.now, "entry_id": uuid4(), "by": admin, "now": clinic.now}
        return people.assign_role(user=user, site=south, role=role, **told)

    assert isinstance(given(beyond.holders[Seat.FIRST], "therapist"), Refusal)
    assert isinstance(given(clinic.therapist, "complaint-recipient"), Refusal)
    written(given(beyond.holders[Seat.FIRST], "complaint-recipient"))
    written(given(clinic.therapist, "therapist"))
