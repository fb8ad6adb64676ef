"""Accounts, sites and roles: who may do what, where, and until when; nobody may everything."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from holdfast.actions import people
from holdfast.actions.outcomes import Receipt, Refusal
from holdfast.definitions.roles import RolesWrong, read, roles
from holdfast.records.access import (
    has_permission,
    permissions_of,
    printed_name,
    roles_of,
    sites_of,
)
from holdfast.records.models import RoleAssignment, Site, SiteTarget, User
from tests.actions.clinic import CANARY, NOW, written


def other_site(clinic) -> Site:
    given = {"code": "SOUTH", "name": "South clinic", "zone": "Europe/Zurich"}
    receipt = written(
        people.create_site(**given, entry_id=uuid4(), by=clinic.administrator, now=NOW)
    )
    return Site.objects.get(id=receipt.stream_id)


def give(clinic, role, *, site=None, by=None, **changed):
    given = {"user": clinic.monitor, "valid_from": NOW, "entry_id": uuid4(), "now": NOW}
    return people.assign_role(
        role=role, site=site or clinic.site, by=by or clinic.administrator, **(given | changed)
    )


def test_a_role_holds_at_its_site_alone(clinic):
    south = other_site(clinic)
    held = permissions_of(clinic.coordinator, clinic.site, NOW)
    assert held == roles().granted["coordinator"]
    assert permissions_of(clinic.coordinator, south, NOW) == frozenset()
    assert sites_of(clinic.coordinator, NOW) == [clinic.site]
    assert sites_of(clinic.administrator, NOW) == [clinic.site, south]


def test_a_role_begins_and_ends(one_clinic):
    south = other_site(one_clinic)
    from_, until = NOW + timedelta(days=1), NOW + timedelta(days=2)
    written(give(one_clinic, "auditor", site=south, valid_from=from_, valid_until=until))
    for moment, held in (
        (NOW, ()),
        (from_, ("auditor",)),
        (until - timedelta(microseconds=1), ("auditor",)),
        (until, ()),
    ):
        assert roles_of(one_clinic.monitor, south, moment) == held


def test_a_role_is_ended_by_a_new_fact(clinic):
    row = RoleAssignment.objects.get(user=clinic.coordinator)
    later = NOW + timedelta(hours=1)
    given = {"assignment": row, "valid_until": later, "reason": "left-the-site"}
    ended = people.end_role(**given, entry_id=uuid4(), by=clinic.administrator, now=NOW)
    assert isinstance(ended, Receipt)
    assert permissions_of(clinic.coordinator, clinic.site, NOW)
    assert permissions_of(clinic.coordinator, clinic.site, later) == frozenset()
    again = people.end_role(**given, entry_id=uuid4(), by=clinic.administrator, now=NOW)
    assert again == Refusal("already-corrected")
    assert RoleAssignment.objects.filter(user=clinic.coordinator).count() == 2


def test_nobody_may_nothing(one_clinic):
    assert permissions_of(AnonymousUser(), one_clinic.site, NOW) == frozenset()
    assert permissions_of(None, one_clinic.site, NOW) == frozenset()
    assert permissions_of(people.house(), one_clinic.site, NOW) == frozenset()
    closed = one_clinic.coordinator
    closed.is_active = False
    assert permissions_of(closed, one_clinic.site, NOW) == frozenset()


def test_there_is_no_superuser_and_no_role_with_everything(one_clinic):
    assert not hasattr(User(), "is_superuser")
    assert all(granted < set(roles().permissions) for granted in roles().granted.values())
    patient_permissions = {"referral.see", "verdict.see", "journal.see", "worklist.see"}
    assert not patient_permissions & roles().granted["administrator"]
    assert roles().granted["rater"] == {"unblind.report", "guess.record"}, "nothing is read"
    assert not any(word in p for p in roles().granted["auditor"] for word in ("record", "sign"))


def test_only_the_administrator_gives_roles(one_clinic):
    for by in (one_clinic.physician, one_clinic.coordinator, people.house()):
        assert give(one_clinic, "physician", by=by).reason == "not-permitted"
    assert give(one_clinic, "god").reason == "role-unknown"
    assert give(one_clinic, "auditor", valid_until=NOW).reason == "ends-before-it-begins"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "north"}, "site-code-not-fit"),
        ({"code": "NORTH"}, "site-code-taken"),
        ({"zone": "Mars/Olympus"}, "zone-unknown"),
        ({"zone": "../../etc/passwd"}, "zone-unknown"),
    ],
)
def test_a_site_that_does_not_fit_is_refused(one_clinic, changed, reason):
    given = {"code": "SOUTH", "name": "South", "zone": "UTC"} | changed
    refusal = people.create_site(**given, entry_id=uuid4(), by=one_clinic.administrator, now=NOW)
    assert refusal == Refusal(reason)


def test_an_account_is_opened_once(one_clinic):
    given = {"printed_name": "X", "password_hash": "!", "by": one_clinic.administrator, "now": NOW}
    assert people.create_user(login="monitor", entry_id=uuid4(), **given) == Refusal("login-taken")
    refusal = people.create_user(login="No Such Login", entry_id=uuid4(), **given)
    assert refusal == Refusal("login-not-fit")


def test_an_organisation_is_founded_once(one_clinic):
    again = people.found_organisation(
        login="other", printed_name="X", password_hash="!", entry_id=uuid4(), now=NOW
    )
    assert again == Refusal("already-founded")


def test_a_printed_name_is_opened_for_a_signature(one_clinic):
    assert printed_name(one_clinic.physician) == f"Physician {CANARY}"
    assert printed_name(people.house()) == "holdfast"


def test_a_target_is_set_and_set_anew(one_clinic):
    for hours in (24, 48):
        written(
            people.set_target(
                site=one_clinic.site,
                moment="confirm",
                due_hours=hours,
                overdue_hours=None,
                entry_id=uuid4(),
                by=one_clinic.administrator,
                now=NOW,
            )
        )
    assert SiteTarget.objects.get(corrected_by=None).due_hours == 48


def test_a_permission_is_a_predicate_too(one_clinic):
    may = has_permission("verdict.confirm")
    assert may(one_clinic.physician, (one_clinic.site, NOW))
    assert not may(one_clinic.coordinator, (one_clinic.site, NOW))
    assert not may(one_clinic.physician, None)


READS = '"a.see" = { words = "A", scope = "study", writes = false, blind = "safe" }'
WRITES = '"a.write" = { words = "A", scope = "study", writes = true, blind = "safe" }'
TREATS = READS.replace("a.see", "a.treat").replace(" }", ', touches = ["care"] }')
UNBLINDS = READS.replace("a.see", "arm.see").replace('"safe"', '"unblinds"')
BREAKS = WRITES.replace('"safe"', '"breaks"')
COMPLAINS = READS.replace("a.see", "c.see").replace(" }", ', touches = ["complaint"] }')


def file_of(permissions: str, role: str) -> bytes:
    return f'schema = 2\n[permissions]\n{permissions}\n[role.a]\ntitle = "A"\n{role}'.encode()


@pytest.mark.parametrize(
    ("permissions", "role"),
    [
        (READS, 'sees = "apart"\npermissions = []\n[rules]'),
        (READS, 'sees = "apart"\npermissions = ["no.such"]'),
        (READS, 'sees = "apart"\npermissions = []\nsuper = true'),
        (READS, 'sees = "everything"\npermissions = []'),
        (READS, "permissions = []"),
        ('"a.see" = "A"', 'sees = "apart"\npermissions = []'),
        (READS.replace("study", "world"), 'sees = "apart"\npermissions = []'),
        (READS.replace("writes = false, ", ""), 'sees = "apart"\npermissions = []'),
        (READS.replace(" }", ', touches = ["all"] }'), 'sees = "apart"\npermissions = []'),
    ],
)
def test_a_file_of_roles_with_anything_unknown_is_refused(permissions, role):
    with pytest.raises(RolesWrong):
        read(file_of(permissions, role))


@pytest.mark.parametrize(
    ("permissions", "role", "rule"),
    [
        (UNBLINDS, 'sees = "blinded"\npermissions = ["arm.see"]', "not an unblinded role"),
        (UNBLINDS, 'sees = "apart"\npermissions = ["arm.see"]', "not an unblinded role"),
        (TREATS, 'sees = "unblinded"\npermissions = ["a.treat"]', "treats or rates"),
        (
            TREATS.replace("care", "rating"),
            'sees = "unblinded"\npermissions = ["a.treat"]',
            "treats or rates",
        ),
        (
            READS.replace('"safe"', '"breaks"'),
            'sees = "blinded"\npermissions = []',
            "leaves nothing on record",
        ),
        (
            f"{BREAKS}\n{TREATS.replace('care', 'rating')}",
            'sees = "blinded"\npermissions = ["a.write", "a.treat"]',
            "breaks a blind and rates",
        ),
        (WRITES, 'sees = "blinded"\nreads_only = true\npermissions = ["a.write"]', "only reads"),
        (COMPLAINS, 'sees = "apart"\npermissions = ["c.see"]', "made for that alone"),
        (
            f"{COMPLAINS}\n{READS}",
            'sees = "apart"\nalone = true\npermissions = ["c.see", "a.see"]',
            "made for that alone",
        ),
        (
            COMPLAINS,
            'sees = "apart"\nalone = true\npermissions = ["c.see"]\n'
            '[role.b]\ntitle = "B"\nsees = "apart"\nalone = true\npermissions = ["c.see"]',
            "more than one role",
        ),
    ],
)
def test_a_file_of_roles_that_breaks_a_rule_is_refused(permissions, role, rule):
    with pytest.raises(RolesWrong, match=rule):
        read(file_of(permissions, role))
