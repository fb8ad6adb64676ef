"""OWASP ASVS 5.0, V2.3.4: what is sent twice at once is one entry, and a proof signs once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

from django.db import connections
from django.test import Client

from holdfast.records.models import MedicationRecord, Signature, SignedLimit, User
from tests.web.clinic import PASSWORD

AT_ONCE = 6


def together(act, clients: list[Client]) -> list[int]:
    """Every client does the same thing at the same moment; the statuses."""
    ready = Barrier(len(clients))

    def one(browser: Client) -> int:
        ready.wait(20)
        try:
            return int(act(browser).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients)) as threads:
        return list(threads.map(one, clients))


def several(login: str) -> list[Client]:
    made = [Client(headers={"host": "localhost"}) for _ in range(AT_ONCE)]
    for browser in made:
        browser.force_login(User.objects.get(login=login))
    return made


def test_a_form_sent_twice_at_once_is_one_entry(clinic):
    before = MedicationRecord.objects.count()
    told = {"entry_id": str(uuid4()), "name": "Lithium", "is_current": "true", "source": "told"}
    address = f"/NORTH/people/{clinic.pk}/medications/"
    found = together(lambda browser: browser.post(address, told), several("coordinator"))
    assert set(found) == {302}
    assert MedicationRecord.objects.count() == before + 1


def test_a_signature_sent_twice_at_once_is_one_signature(clinic):
    told = {"entry_id": str(uuid4()), "value": "28", "password": PASSWORD}
    address = "/NORTH/limits/mapp2/caps-5-total-at-least/"
    before = Signature.objects.count()
    found = together(lambda browser: browser.post(address, told), several("physician"))
    assert set(found) <= {302, 422}
    assert SignedLimit.objects.count() == 1
    assert Signature.objects.count() == before + 1
