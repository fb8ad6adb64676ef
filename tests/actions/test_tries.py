"""Wrong tries are counted for all processes together, before they are checked, and in bounds."""

import os
import threading
from datetime import timedelta

from django.db import connection

from holdfast.actions import tries
from holdfast.records.sign_in import TryCount
from tests.actions.clinic import NOW

ADDRESS = "192.0.2.7"


def wrong(name: str = "physician", address: str = ADDRESS, after: float = 0.0) -> tries.Claim:
    return tries.claim(name, address, NOW + timedelta(minutes=after))


def test_the_fifth_wrong_try_is_the_last_and_the_sixth_is_not_checked(clinic):
    claims = [wrong() for _ in range(6)]
    assert [claim.is_refused for claim in claims] == [False] * 5 + [True]
    assert [claim.is_last for claim in claims[:5]] == [False] * 4 + [True]
    assert tries.is_locked("Physician", NOW)  # however it is written
    assert not wrong("coordinator").is_refused


def test_a_refused_try_does_not_lengthen_the_wait(clinic):
    for _ in range(9):
        wrong(after=14)
    assert wrong(after=28).is_refused
    assert not wrong(after=29.1).is_refused


def test_a_right_try_does_not_count_and_a_whole_log_in_forgets_the_wrong_ones(clinic):
    for _ in range(4):
        wrong()
    for _ in range(9):
        tries.give_back(wrong())
    assert not wrong().is_refused
    tries.clear("physician")
    assert not wrong().is_refused


def test_who_knows_a_password_still_has_a_bound_for_the_day(clinic):
    """A right password in between forgets the quarter of an hour, never the day."""
    tried = 0
    for minute in range(0, 24 * 60, 16):
        for _ in range(5):
            tried += not wrong(after=minute, address=f"192.0.2.{minute % 250}").is_refused
        tries.clear("physician")
    assert tried == tries.PER_NAME_A_DAY.tries
    assert not wrong(after=24 * 60 + 1).is_refused


def test_an_address_is_counted_over_all_names(clinic):
    claims = [wrong(f"name-{number}") for number in range(31)]
    assert [claim.is_refused for claim in claims] == [False] * 30 + [True]
    assert not wrong("name-99", address="192.0.2.8").is_refused


def test_the_table_tells_neither_names_nor_addresses_and_does_not_grow_without_end(
    clinic, monkeypatch
):
    monkeypatch.setattr(tries, "KEPT_KEYS", 12)
    for number in range(20):
        wrong(f"correct-horse-{number}", address=f"192.0.2.{number}")
    rows = list(TryCount.objects.values_list("key", flat=True))
    assert len(rows) <= 12 + 3
    assert not any("horse" in key or "192" in key for key in rows if len(key) != 64)
    wrong(after=24 * 60 + 1)
    assert TryCount.objects.count() == 3  # what has run out is gone


def test_many_at_once_get_no_more_tries_than_one_after_another(clinic):
    """Twelve threads, each with a connection of its own, try at the same moment."""
    allowed, barrier = [], threading.Barrier(12)

    def attempt() -> None:
        try:
            barrier.wait()
            allowed.append(not wrong().is_refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 12
    assert sum(allowed) == tries.PER_NAME.tries


def test_another_site_key_gives_other_keys(clinic, monkeypatch):
    for _ in range(5):
        wrong()
    monkeypatch.setenv("HOLDFAST_KEY", os.urandom(32).hex())
    assert not tries.is_locked("physician", NOW)  # after a rotation the counts begin again


def test_what_is_counted_apart_uses_up_nothing_of_the_log_in_and_nothing_of_it(clinic):
    def beside(apart: str = "beside/a/b", address: str = ADDRESS) -> tries.Claim:
        return tries.claim("physician", address, NOW, apart=apart)

    assert [beside().is_refused for _ in range(7)] == [False] * 5 + [True] * 2
    assert tries.is_locked("physician", NOW, apart="beside/a/b")
    assert not tries.is_locked("physician", NOW)
    for _ in range(5):
        assert not wrong().is_refused
    for number in range(40):
        wrong(f"name-{number}")  # and the address with them
    assert wrong("name-99").is_refused
    assert not beside("emergency/one").is_refused
    tries.give_back(beside("emergency/one"))
    tries.clear("physician", apart="beside/a/b")
    assert not beside().is_refused
    assert tries.is_locked("physician", NOW), "nothing of it is forgotten with another count"
