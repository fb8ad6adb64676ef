"""Every address × every role × own and other study, other site, a role that ended: real requests."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.definitions.roles import roles
from holdfast.records.models import Enrollment, User
from holdfast.web.permissions import ROUTES, Open
from tests.web.clinic import OTHER_SITE, SITE, Places
from tests.web.routes import Route, every_route
from tests.web.test_permissions import POSTED
from tests.web.two_studies import ENDED, HELD, OTHER_STUDY, STUDY, TwoStudies, studies, two_studies
from tools.permissions import Reach, belongs_to_a_study, reach

__all__ = ["studies", "two_studies"]

GUARDED = [route for route in every_route() if not isinstance(ROUTES[route.name], Open)]
# To write through the API, name and password come with the request itself: a session is not enough.
BY_HEADER = {"api-1:import-referral", "api-1:observation"}
# With a role held for the study of the address, these open it; with any other study, only the last.
OPENS_OWN = {Reach.RECORD, Reach.SHOWN, Reach.SHARED, Reach.OWN}

# Who hold most of what there is are tried in every run, everybody every night.
OFTEN = {"coordinator", "physician", "therapist", "monitor", "rater", "patient"}
MANY = [
    role if role in OFTEN else pytest.param(role, marks=pytest.mark.nightly)
    for role in sorted(roles().granted)
]


@pytest.fixture
def places(studies: TwoStudies) -> Places:
    """The ids of the canary's enrollment, which is in the first study."""
    return Places.of(Enrollment.objects.get(id=studies.here))


def browser(login: str) -> Client:
    made = Client(headers={"host": "localhost"}, raise_request_exception=False)
    made.force_login(User.objects.get(login=login))
    return made


def ask(client: Client, route: Route, arguments: dict[str, object]):
    address = reverse(route.name, kwargs=arguments)
    return client.post(address) if route.name in POSTED else client.get(address)


def at(route: Route, places: Places, *, site: str, study: str, enrollment: UUID):
    """The arguments of a route for another site, study or person."""
    given = places.arguments(set(route.arguments), site)
    changed = {"protocol": study, "enrollment_id": enrollment}
    return given | {name: value for name, value in changed.items() if name in given}


class Unknown:
    """What an address that does not exist answers, asked once: page and API."""

    def __init__(self, client: Client) -> None:
        self.page = client.get("/NORTH/nothing/")
        self.api = client.get("/api/v1/nothing")

    def is_like(self, answer) -> bool:
        """Not found, with the very bytes of an address that does not exist."""
        unknown = self.api if answer.request["PATH_INFO"].startswith("/api/") else self.page
        return answer.status_code == unknown.status_code == 404 and _bytes(answer) == _bytes(
            unknown
        )


def _bytes(answer) -> bytes:
    """The body; the API's tells the id of the request, which is never twice the same."""
    return answer.content.replace(answer.headers.get("X-Request-Id", "-").encode(), b"")


@pytest.mark.parametrize("role", MANY)
def test_a_role_held_for_a_study_opens_what_the_matrix_says_and_nothing_else(role, studies, places):
    client = browser(role + HELD)
    unknown = Unknown(client)
    for route in GUARDED:
        if route.name in BY_HEADER:
            continue
        own = at(route, places, site=SITE, study=STUDY, enrollment=studies.here)
        other = at(route, places, site=SITE, study=OTHER_STUDY, enrollment=studies.other_study)
        far = at(route, places, site=OTHER_SITE, study=STUDY, enrollment=studies.other_site)
        how = reach(route, role)
        answer = ask(client, route, own)
        if how in OPENS_OWN:
            assert answer.status_code in (200, 302, 303, 422), (route.name, answer.status_code)
        else:
            assert unknown.is_like(answer), (route.name, answer.status_code)
        if belongs_to_a_study(route) and how is not Reach.SHARED:
            assert unknown.is_like(ask(client, route, other)), route.name
        if "site" in route.arguments:
            assert unknown.is_like(ask(client, route, far)), route.name
            mixed = own | {"site": OTHER_SITE}
            assert unknown.is_like(ask(client, route, mixed)), route.name


@pytest.mark.parametrize("role", MANY)
def test_a_role_that_ended_opens_nothing(role, studies, places):
    client = browser(role + ENDED)
    unknown = Unknown(client)
    for route in (route for route in GUARDED if route.name not in BY_HEADER):
        own = at(route, places, site=SITE, study=STUDY, enrollment=studies.here)
        assert unknown.is_like(ask(client, route, own)), route.name


def test_who_is_not_there_and_who_is_not_yours_look_the_same(studies, places):
    """Headers too: nothing tells a person of another study from nobody at all."""
    client = browser(f"physician{HELD}")
    for name in ("staff:screening", "staff:journal", "staff:papers", "api-1:verdict"):
        not_yours, nobody = (
            client.get(reverse(name, kwargs={"site": SITE, "enrollment_id": enrollment}))
            for enrollment in (studies.other_study, uuid4())
        )
        assert not_yours.status_code == nobody.status_code == 404
        assert _bytes(not_yours) == _bytes(nobody)
        assert _headers(not_yours) == _headers(nobody)


def _headers(answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def test_the_reach_of_every_mark_is_tried():
    """Without it the loop above could pass over a kind of address that no longer exists."""
    seen = {reach(route, role) for route in GUARDED for role in roles().granted}
    assert {Reach.RECORD, Reach.SHOWN, Reach.WHOLE, Reach.SHARED, Reach.NOT} <= seen
