"""The API: the same permissions and actions as the pages, in JSON."""

import gzip
from datetime import date

import pytest
from django.test import Client

from holdfast.cli.demonstration.bundles import SEED, bundles
from holdfast.records.models import Enrollment
from tests.web.clinic import PASSWORD
from tests.web.test_sign_in import basic

BUNDLE = bundles(date(2026, 1, 5), SEED)[1].data
ADDRESS = "/api/v1/sites/NORTH/referrals?protocol=mapp2&source=hospital"


@pytest.fixture
def program(clinic) -> Client:
    return Client(headers=basic("coordinator", PASSWORD))


def send(program: Client, data: bytes, address: str = ADDRESS):
    return program.post(address, data, content_type="application/fhir+json")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_bundle_in_and_its_verdict_out(program, pack):
    receipt = send(program, pack(BUNDLE)).json()
    assert receipt["is_new"] is True
    verdict = program.get(receipt["verdict_href"]).json()
    assert verdict["number"] == receipt["number"]
    assert verdict["verdict"]["verdict"] in ("eligible", "ineligible", "undetermined")
    assert verdict["verdict"]["findings"]


def test_the_same_bundle_gets_the_same_receipt(program, clinic):
    first, again = send(program, BUNDLE).json(), send(program, BUNDLE).json()
    assert (first["entry_hash"], first["position"]) == (again["entry_hash"], again["position"])
    assert Enrollment.objects.count() == 2


def test_a_bad_bundle_is_refused_with_place_and_mend(program):
    answer = send(program, b'{"resourceType": "Patient"}')
    problem = answer.json()["problems"][0]
    assert answer.status_code == 422
    assert problem["place"]
    assert problem["problem"]
    assert problem["mend"]


def test_an_unknown_protocol_or_source_is_said(program):
    wrong = "/api/v1/sites/NORTH/referrals?protocol=mapp9"
    assert send(program, BUNDLE, wrong).json()["error"] == "protocol-unknown"
    assert send(program, BUNDLE, ADDRESS + "x").json()["error"] == "source-unknown"


def test_the_description_is_open_and_loads_nothing_from_elsewhere(clinic):
    told = Client(headers={"host": "localhost"}).get("/api/v1/openapi.json").json()
    assert set(told["paths"]) == {
        "/api/v1/health",
        "/api/v1/sites/{site}/worklist",
        "/api/v1/sites/{site}/referrals",
        "/api/v1/sites/{site}/enrollments/{enrollment_id}/verdict",
        "/api/v1/sites/{site}/enrollments/{enrollment_id}/observations",
    }
    assert Client(headers={"host": "localhost"}).get("/api/v1/docs").status_code == 404
