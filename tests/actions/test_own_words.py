"""A person's own words: nobody opens them but with the phrase; a shared copy is signed and taken back."""

from uuid import uuid4

import pytest
from django.db import connection

from holdfast.actions.outcomes import Conflict, Refusal
from holdfast.actions.own_calendar import (
    end_calendar_address,
    hash_of_token,
    make_calendar_address,
)
from holdfast.actions.own_words import end_sharing, readers, share_entry, write_private_entry
from holdfast.actions.patients import accept_invitation, invite_patient
from holdfast.actions.private_keys import make_private_key, private_key_of
from holdfast.actions.recovery import hash_of, new_code
from holdfast.records.keys import DataKey, KeyMissing, opened
from holdfast.records.models import Conflict as KeptConflict
from holdfast.records.models import PersonKey, PrivateEntry, SharedWords, Signature, User
from holdfast.records.own_calendar import address_of_token
from holdfast.records.own_words import entries_of, read_entry, shared_with
from holdfast.records.private_keys import open_private
from holdfast.records.verification_run import verify_here
from tests.actions.clinic import enrolled, written

PHRASE = "seven quiet herons"
WORDS = "canarybird: the sea was in the room"


@pytest.fixture
def clinic(one_clinic):
    return one_clinic


@pytest.fixture
def enrollment(clinic):
    return enrolled(clinic)


@pytest.fixture
def own(clinic, enrollment):
    """The clinic, the person's own account, and their opened private key."""
    code = new_code()
    told = {"code_sha256": hash_of(code), "entry_id": uuid4(), "by": clinic.coordinator}
    written(invite_patient(enrollment=enrollment, now=clinic.now, **told))
    joined = {"login": "maple-river-42", "password_hash": "!", "entry_id": uuid4()}
    written(accept_invitation(code=code, now=clinic.now, **joined))
    person = User.objects.get(login="maple-river-42")
    given = {"entry_id": uuid4(), "by": person, "now": clinic.later(seconds=1), "cost": 10}
    written(make_private_key(enrollment=enrollment, phrase=PHRASE, **given))
    return clinic, person, open_private(private_key_of(enrollment), PHRASE)


def write(own, enrollment, **given):
    clinic, person, key = own
    told = {"words": WORDS, "key": key, "entry_id": uuid4(), "by": person}
    return write_private_entry(enrollment=enrollment, now=clinic.later(seconds=2), **(told | given))


def share(own, **given):
    clinic, person, key = own
    now = clinic.later(seconds=3)
    told = {"roles": ["therapist"], "key": key, "proof": clinic.proof(person, now)}
    told |= {"entry_id": uuid4(), "by": person, "now": now}
    return share_entry(entry=PrivateEntry.objects.get(), **(told | given))


def test_only_the_phrase_opens_what_was_written(own, enrollment):
    written(write(own, enrollment))
    entry = entries_of(enrollment.person_id)[0]
    assert read_entry(entry, own[2]) == WORDS
    with pytest.raises(KeyMissing):
        opened(entry, "words")


def test_nothing_of_private_words_lies_in_the_database_or_follows_from_a_key_of_the_site(
    own, enrollment
):
    entry_id = uuid4()
    written(write(own, enrollment, entry_id=entry_id))
    assert isinstance(write(own, enrollment, entry_id=entry_id, words="others"), Conflict)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "canarybird: the sea" not in repr(cursor.fetchall()), table
    kept = opened(KeptConflict.objects.get(), "sent")
    assert kept
    assert "others" not in kept, "a conflict keeps a token of private words, never the words"


@pytest.mark.parametrize("login", ["coordinator", "therapist", "physician", "administrator"])
def test_nobody_else_writes_in_it_or_shares_it(own, enrollment, login):
    written(write(own, enrollment))
    other = getattr(own[0], login)
    refused = Refusal("not-permitted", {"permission": "own.write"})
    assert write(own, enrollment, by=other) == refused
    assert share(own, by=other) == refused


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"words": "  "}, "words-missing"),
        ({"words": "x" * 20_001}, "words-too-long"),
        ({"key": DataKey.new()}, "phrase-wrong"),
    ],
)
def test_what_cannot_be_kept_is_refused(own, enrollment, changed, reason):
    assert write(own, enrollment, **changed) == Refusal(reason)
    assert not PrivateEntry.objects.exists()


def test_sharing_signs_a_copy_for_the_roles_named_and_for_no_other(own, enrollment):
    written(write(own, enrollment))
    written(share(own))
    shared = SharedWords.objects.get()
    assert opened(shared, "words") == WORDS
    assert Signature.objects.filter(id=shared.signature_id, meaning="shares-own-words").exists()
    assert [row.id for row in shared_with(enrollment, ["therapist"])] == [shared.id]
    assert shared_with(enrollment, ["physician", "coordinator"]) == []
    assert share(own) == Refusal("shared-already")


def test_sharing_needs_a_fresh_proof_and_a_role_that_may_read(own, enrollment):
    written(write(own, enrollment))
    assert share(own, proof=None) == Refusal("proof-missing")
    assert share(own, roles=["coordinator"]) == Refusal("readers-unknown")
    assert share(own, roles=[]) == Refusal("readers-unknown")
    assert set(readers()) == {"therapist", "physician"}


def test_what_is_taken_back_is_shown_no_more_and_the_record_still_holds(own, enrollment):
    written(write(own, enrollment))
    written(share(own))
    clinic, person, _key = own
    given = {"by": person, "now": clinic.later(seconds=4)}
    written(end_sharing(shared=SharedWords.objects.get(), entry_id=uuid4(), **given))
    assert shared_with(enrollment, ["therapist"]) == []
    again = end_sharing(shared=SharedWords.objects.get(), entry_id=uuid4(), **given)
    assert again == Refusal("shared-no-more")
    assert verify_here().fits


def test_words_whose_key_was_destroyed_are_gone(own, enrollment):
    written(write(own, enrollment))
    PersonKey.objects.filter(word_class=PersonKey.PRIVATE).update(wrapped=None)
    assert write(own, enrollment) == Refusal("words-erased")


def test_a_calendar_address_answers_until_it_is_taken_back_or_replaced(own, enrollment):
    clinic, person, _key = own
    given = {"title": "Appointment", "by": person, "now": clinic.later(seconds=2)}
    first, second = hash_of_token("one"), hash_of_token("two")
    written(make_calendar_address(token_sha256=first, entry_id=uuid4(), **given))
    written(make_calendar_address(token_sha256=second, entry_id=uuid4(), **given))
    assert address_of_token(first) is None
    assert address_of_token(second).user == person
    ended = {"by": person, "now": clinic.later(seconds=3)}
    written(end_calendar_address(entry_id=uuid4(), **ended))
    assert address_of_token(second) is None
    assert end_calendar_address(entry_id=uuid4(), **ended) == Refusal("no-calendar-address")
