"""Real requests of somebody with every other role and every flag: the routes of a complaint stay shut."""

from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from holdfast.actions.writing import lock
from holdfast.definitions.roles import roles
from holdfast.records import access
from holdfast.records.models import RoleAssignment, Site, User
from holdfast.web.permissions import ROUTES, Anywhere
from tests.web.clinic import Places
from tests.web.routes import every_route


def guarded_codes() -> frozenset[str]:
    made = roles()
    unblinding = {code for code, each in made.classes.items() if each.unblinds}
    return frozenset(unblinding) | made.touching("complaint")


def with_every_other_role() -> User:
    """Written past the rules that would refuse it, as somebody at the database might."""
    user, site = User.objects.get(login="physician"), Site.objects.get(code="NORTH")
    made, now = roles(), timezone.now()
    others = [code for code, held in made.granted.items() if not held & guarded_codes()]
    with transaction.atomic():
        stream = lock(site.id, now)
        for place in (site, None):
            facts = [
                RoleAssignment(user=user, site=place, role=role, valid_from=now) for role in others
            ]
            sent = stream.sent("role-given", uuid4(), {"place": str(place)})
            stream.write(sent, facts, by=user)
    return user


def test_with_every_other_role_and_every_flag_it_is_not_found(clinic, monkeypatch):
    user = with_every_other_role()
    for flag in ("is_superuser", "is_staff"):
        monkeypatch.setattr(User, flag, True, raising=False)
    held = access.permissions_of(user, clinic.site, timezone.now())
    assert len(held) > len(roles().granted["physician"])
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    client.force_login(user)
    unknown, places, tried = client.get("/NORTH/nothing/"), Places.of(clinic), []
    for route in every_route():
        needs = ROUTES[route.name]
        code = needs.permission if isinstance(needs, Anywhere) else needs
        if code not in guarded_codes():
            continue
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 404, route.name
            assert answer.content == unknown.content, route.name
        tried.append(route.name)
    assert {"concern", "concerns"} <= set(tried)
