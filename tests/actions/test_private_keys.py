"""A private journal's key is not the site's: who holds database, site key and backup reads no word."""

import base64
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.actions.outcomes import Refusal
from holdfast.actions.people import house
from holdfast.actions.private_keys import change_phrase, make_private_key, private_key_of
from holdfast.actions.site_key import rotate_site_key
from holdfast.records.keys import DataKey, Erased, KeyMissing, SiteKey, data_key, site_key
from holdfast.records.models import PersonKey
from holdfast.records.private_keys import COST, PhraseWrong, open_private, wrap_private
from holdfast.records.verification_run import verify_here
from tests import canary
from tests.actions.clinic import enrolled, written
from tests.actions.test_erasure import asked, sign
from tests.records.attacker import Attacker

PHRASE = "canarybird sings at four"
QUICK = 10  # scrypt's N as a power of two: a test need not be slow to be true
PLACE = {"table": "journal", "column": "words", "row": uuid4()}


@pytest.fixture
def own(one_clinic, monkeypatch):
    """The clinic, its person's enrollment, and the person's own account."""
    clinic = one_clinic
    enrollment = enrolled(clinic)
    monkeypatch.setattr(
        "holdfast.actions.private_keys.patient_of",
        lambda user: _Own(enrollment.person_id) if user == clinic.rater else None,
    )
    return clinic, enrollment, clinic.rater


class _Own:
    """Whose own account it is; how accounts are opened is tried with the accounts."""

    def __init__(self, person_id) -> None:
        self.person_id = person_id


def make(own, phrase=PHRASE, **given):
    clinic, enrollment, person = own
    told = {"entry_id": uuid4(), "by": person, "now": clinic.now, "cost": QUICK}
    return make_private_key(enrollment=enrollment, phrase=phrase, **(told | given))


def written_in_private(own) -> tuple[PersonKey, object]:
    """A private key, and one page sealed under it."""
    written(make(own))
    row = private_key_of(own[1])
    return row, open_private(row, PHRASE).seal("only mine", **PLACE)


def test_the_phrase_opens_it_and_nothing_else_does(own):
    row, page = written_in_private(own)
    assert open_private(row, PHRASE).open(page, **PLACE) == "only mine"
    assert open_private(row, f"  {PHRASE.replace(' ', '   ')} ").open(page, **PLACE) == "only mine"
    with pytest.raises(PhraseWrong):
        open_private(row, PHRASE + "s")
    with pytest.raises(KeyMissing, match="own phrase"):
        data_key(row)


def test_the_site_key_and_everything_derived_from_it_opens_nothing(own):
    """With the whole database and the site key in hand: every subkey, and every other key there is."""
    row, _ = written_in_private(own)
    site = site_key()
    purposes = ("wrapping", "backup", "fingerprint", "seal-signing", "search:name", "private")
    candidates = [site.secret, *(site.subkey(purpose) for purpose in purposes)]
    for other in PersonKey.objects.exclude(id=row.id):
        opened = DataKey(other.id, site.unwrap(other.id, other.wrapped))
        candidates += [opened.secret[:32], opened.secret[32:]]
    raw = base64.b64decode(row.wrapped)
    for candidate in candidates:
        for start in (12, 30):  # where a nonce of ours may stand
            with pytest.raises(InvalidTag):
                AESGCM(candidate).decrypt(raw[start - 12 : start], raw[start:], row.id.bytes)
    with pytest.raises(KeyMissing):
        site.unwrap(row.id, row.wrapped)


def test_the_phrase_and_the_words_are_nowhere_in_the_database(own):
    written_in_private(own)
    assert canary.in_database((PHRASE, "only mine")) == []


def test_only_the_person_themself_makes_it_and_only_once(own):
    clinic, _, _ = own
    assert make(own, by=clinic.physician).reason == "not-permitted"
    assert make(own, phrase="too short") == Refusal("phrase-too-short")
    entry = uuid4()
    first = written(make(own, entry_id=entry))
    assert make(own, entry_id=entry) == first
    assert make(own) == Refusal("private-key-there")


def test_another_phrase_opens_the_same_words(own):
    clinic, enrollment, person = own
    _, page = written_in_private(own)
    told = {"enrollment": enrollment, "by": person, "now": clinic.now, "cost": QUICK}
    new = "another phrase of hers"
    wrong = change_phrase(phrase="not the one at all", new=new, entry_id=uuid4(), **told)
    assert wrong == Refusal("phrase-wrong")
    written(change_phrase(phrase=PHRASE, new=new, entry_id=uuid4(), **told))
    row = private_key_of(enrollment)
    assert open_private(row, new).open(page, **PLACE) == "only mine"
    with pytest.raises(PhraseWrong):
        open_private(row, PHRASE)


def test_a_rotation_of_the_site_key_leaves_it_alone_and_the_record_verifies(own, monkeypatch):
    clinic, _, _ = own
    row, page = written_in_private(own)
    before = row.wrapped
    new = SiteKey(b"n" * 32)
    written(rotate_site_key(new=new, entry_id=uuid4(), by=house(), now=clinic.now))
    monkeypatch.setenv("HOLDFAST_KEY", new.secret.hex())
    row.refresh_from_db()
    assert row.wrapped == before
    assert open_private(row, PHRASE).open(page, **PLACE) == "only mine"
    report = verify_here()
    assert report.fits, list(report.lines())


def test_erasing_the_words_destroys_it_too(own):
    clinic, enrollment, _ = own
    written_in_private(own)
    request = asked(clinic, enrollment, classes=("words",))
    written(sign(clinic, request, clinic.coordinator))
    written(sign(clinic, request, clinic.physician))
    row = private_key_of(enrollment)
    assert row.wrapped is None
    with pytest.raises(Erased):
        open_private(row, PHRASE)
    assert verify_here().fits


def test_an_altered_one_is_named_by_verify(own, own_database):
    written_in_private(own)
    Attacker(own_database).run(
        "UPDATE records_personkey SET wrapped = 'AAAA' WHERE word_class = 'private'"
    )
    report = verify_here()
    assert not report.fits
    assert "records_personkey" in " ".join(report.lines())


def test_a_row_cannot_make_the_machine_compute_for_hours(own):
    row, _ = written_in_private(own)
    raw = bytearray(base64.b64decode(row.wrapped))
    raw[17] = 40
    row.wrapped = base64.b64encode(bytes(raw)).decode()
    with pytest.raises(PhraseWrong):
        open_private(row, PHRASE)


def test_a_key_is_wrapped_at_full_cost_where_nobody_says_otherwise(own):
    _, enrollment, _ = own
    made = DataKey.new()
    row = PersonKey(id=made.id, owner=enrollment.person_id, word_class=PersonKey.PRIVATE)
    row.wrapped = wrap_private(made.id, made.secret, PHRASE)
    assert base64.b64decode(row.wrapped)[17] == COST
    assert open_private(row, PHRASE) == made
