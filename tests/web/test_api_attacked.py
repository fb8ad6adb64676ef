"""The API attacked from its own description: nothing that fits or does not fit it makes it fail."""

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from holdfast.records.models import User
from tests.web.clinic import PASSWORD, SITE
from tests.web.test_sign_in import basic


def test_no_request_makes_it_fail(clinic, monkeypatch):
    from holdfast.asgi import application

    # The password is right each time; hashing it a hundred times would test nothing more.
    coordinator = User.objects.get(login="coordinator")
    monkeypatch.setattr("holdfast.web.api.basic.authenticate", lambda *_, **__: coordinator)

    headers = basic("coordinator", PASSWORD)
    description = schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", application, headers={"host": "localhost"}
    )
    statuses: set[int] = set()
    for found in description.get_all_operations():
        statuses |= _attack(found.ok(), headers)
    assert {200, 404, 422} <= statuses
    assert max(statuses) < 500


def _attack(operation, headers: dict[str, str]) -> set[int]:
    """The statuses that a dozen made-up requests to one operation get."""
    statuses: set[int] = set()

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attack(case):
        if "site" in (case.path_parameters or {}):
            case.path_parameters["site"] = SITE
        answer = case.call(headers=headers)
        statuses.add(answer.status_code)
        assert answer.status_code < 500

    attack()
    return statuses
