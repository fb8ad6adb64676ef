"""Sealed words: never readable by accident, bound to their place, gone with their key."""

import os
import stat
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.records.columns import Sealed
from holdfast.records.keys import (
    DataKey,
    KeyMissing,
    SealBroken,
    SiteKey,
    create_key_file,
    key_id_of,
    site_key,
)

KEY = DataKey.new()
ROW = uuid4()
PLACE = {"table": "records_identity", "column": "words", "row": ROW}


@given(st.text())
def test_what_was_sealed_opens_again(text):
    assert KEY.open(KEY.seal(text, **PLACE), **PLACE) == text


def test_a_sealed_value_shows_nothing():
    sealed = KEY.seal("Zebediah Canarybird", **PLACE)
    assert repr(sealed) == "<sealed>"
    assert "Canarybird" not in sealed.stored
    for accident in (str, "{}".format, lambda s: f"{s}"):
        with pytest.raises(TypeError):
            accident(sealed)
    assert "secret" not in repr(KEY)
    assert KEY.secret.hex() not in repr(KEY)


@pytest.mark.parametrize(
    "elsewhere",
    [{"row": uuid4()}, {"column": "printed_name"}, {"table": "records_signature"}],
)
def test_a_value_moved_to_another_place_does_not_open(elsewhere):
    sealed = KEY.seal("words", **PLACE)
    with pytest.raises(SealBroken):
        KEY.open(sealed, **(PLACE | elsewhere))


def test_a_value_of_another_key_does_not_open():
    with pytest.raises(SealBroken):
        DataKey.new().open(KEY.seal("words", **PLACE), **PLACE)


def test_one_altered_character_does_not_open():
    stored = KEY.seal("words", **PLACE).stored
    for place in range(24, len(stored) - 2, 7):
        other = "A" if stored[place] != "A" else "B"
        with pytest.raises(SealBroken):
            KEY.open(Sealed(stored[:place] + other + stored[place + 1 :]), **PLACE)


def test_the_length_tells_little():
    lengths = {len(KEY.seal("x" * n, **PLACE).stored) for n in range(28)}
    assert len(lengths) == 1


def test_a_value_names_its_key():
    assert key_id_of(KEY.seal("words", **PLACE)) == KEY.id


def test_sealing_twice_differs_and_a_token_does_not():
    assert KEY.seal("words", **PLACE) != KEY.seal("words", **PLACE)
    assert KEY.token("a", b"words") == KEY.token("a", b"words")
    assert KEY.token("a", b"words") != KEY.token("b", b"words")
    assert KEY.token("a", b"words") != DataKey.new().token("a", b"words")


def test_a_wrapped_key_opens_only_in_its_own_row():
    site, row = SiteKey(os.urandom(32)), uuid4()
    wrapped = site.wrap(row, KEY.secret)
    assert site.unwrap(row, wrapped) == KEY.secret
    with pytest.raises(KeyMissing):
        site.unwrap(uuid4(), wrapped)
    with pytest.raises(KeyMissing):
        SiteKey(os.urandom(32)).unwrap(row, wrapped)


def test_subkeys_differ_by_purpose():
    site = SiteKey(os.urandom(32))
    purposes = ("wrapping", "fingerprint", "seal-signing", "search:name")
    assert len({site.subkey(purpose) for purpose in purposes}) == 4
    assert site.token("name", "a") != site.token("identifier", "a")
    assert site.secret.hex() not in repr(site)


def test_a_key_file_is_its_owners_alone_and_never_overwritten(tmp_path, monkeypatch):
    path = tmp_path / "new" / "site.key"
    made = create_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    monkeypatch.setenv("HOLDFAST_KEY_FILE", str(path))
    assert site_key() == made
    with pytest.raises(FileExistsError):
        create_key_file(path)


@pytest.mark.parametrize("wrong", ["", "zz", "ab" * 31, "ab" * 33])
def test_a_wrong_key_is_said_so_without_repeating_it(monkeypatch, wrong):
    monkeypatch.setenv("HOLDFAST_KEY", wrong)
    with pytest.raises(KeyMissing) as told:
        site_key()
    assert not wrong or wrong not in str(told.value)


def test_a_missing_key_file_is_said_so(monkeypatch, tmp_path):
    monkeypatch.setenv("HOLDFAST_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(KeyMissing, match="cannot be read"):
        site_key()
