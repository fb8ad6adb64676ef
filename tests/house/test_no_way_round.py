"""Nobody has a page round the blind or round a complaint: no role, no two roles, no flag, no other door."""

from itertools import combinations

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLResolver, get_resolver

from holdfast.definitions.roles import Roles, roles
from holdfast.records.models import User
from holdfast.web.permissions import ROUTES, Anywhere
from tests.house.source import PACKAGE, modules


def guarded(made: Roles) -> frozenset[str]:
    """The permissions that unblind or read complaints."""
    unblinding = {code for code, each in made.classes.items() if each.unblinds}
    return frozenset(unblinding) | made.touching("complaint")


def test_only_the_one_role_made_for_it_reads_complaints():
    made = roles()
    assert made.touching("complaint")
    holders = {code for code, held in made.granted.items() if held & made.touching("complaint")}
    assert holders == {"complaint-recipient"}
    assert made.roles["complaint-recipient"].is_alone


def test_no_roles_together_open_what_each_alone_does_not():
    made = roles()
    made_for_it = {code for code, held in made.granted.items() if held & guarded(made)}
    others = [held for code, held in made.granted.items() if code not in made_for_it]
    assert not frozenset().union(*others) & guarded(made)
    for one, other in combinations(made_for_it, 2):
        assert (
            made.roles[one].is_alone
            or made.roles[other].is_alone
            or (made.roles[one].sees == made.roles[other].sees)
        )


def test_an_emergency_opens_neither():
    made = roles()
    assert not made.break_glass & guarded(made)


def test_every_route_of_a_complaint_asks_for_the_permission_of_one():
    """The routes of reading are guarded; the public path shows nothing of what was raised."""
    asked = {
        name: needs.permission if isinstance(needs, Anywhere) else needs
        for name, needs in ROUTES.items()
        if name in ("concern", "concerns")
    }
    assert set(asked.values()) == {"concern.read"}


def test_there_is_no_superuser_to_be():
    """No flag on an account means anything: the columns do not exist, and nothing reads them."""
    columns = {field.name for field in User._meta.get_fields()}
    assert not columns & {"is_superuser", "is_staff", "groups", "user_permissions"}
    for module in modules(PACKAGE):
        assert "is_superuser" not in module.text, module.name
        assert "is_staff" not in module.text, module.name


def test_there_is_no_other_door():
    assert not apps.is_installed("django.contrib.admin")
    assert not any("admin" in name for name in settings.INSTALLED_APPS)
    assert not settings.DEBUG
    namespaces = {
        each.namespace for each in get_resolver().url_patterns if isinstance(each, URLResolver)
    }
    assert namespaces <= {
        *(None, "staff", "room", "session", "events", "api-1", "pharmacy", "blind")
    }


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff", "is_admin"])
def test_a_flag_planted_on_an_account_gives_nothing(flag):
    user = User(login="planted")
    setattr(user, flag, True)
    assert not hasattr(user, "has_perm")
    assert not hasattr(user, "has_module_perms")
