"""Roles for one study, and which roles one person may hold beside which, at any overlap of times."""

from datetime import timedelta
from itertools import combinations
from uuid import uuid4

import pytest

from holdfast.actions import people
from holdfast.actions.outcomes import Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.definitions.roles import roles
from holdfast.records import access
from holdfast.records.models import RoleAssignment, User
from tests.actions.clinic import NOW, enrolled, refer, written
from tests.actions.test_people import other_site

ONE, OTHER = "mapp2", "oehen-2013"
DAY = timedelta(days=1)


def newcomer(clinic) -> User:
    """Somebody without a role."""
    opened = {"login": f"n{uuid4().hex[:8]}", "printed_name": "N", "password_hash": "!"}
    made = people.create_user(**opened, entry_id=uuid4(), by=clinic.administrator, now=NOW)
    written(made)
    return User.objects.get(login=opened["login"])


def give(clinic, user, role, **changed):
    given = {
        "site": clinic.site,
        "valid_from": NOW,
        "entry_id": uuid4(),
        "by": clinic.administrator,
        "now": NOW,
    }
    return people.assign_role(user=user, role=role, **(given | changed))


def test_a_role_held_for_a_study_opens_that_study_alone(clinic):
    user = newcomer(clinic)
    written(give(clinic, user, "physician", study=ONE))
    at = (user, clinic.site, NOW)
    whole, shared = roles().with_scope("site"), roles().with_scope("shared", "own")
    granted = roles().granted["physician"]
    assert access.permissions_of(*at, study=ONE) == granted - whole
    assert access.permissions_of(*at, study=OTHER) == granted & shared
    assert access.permissions_of(*at) == granted - whole
    assert access.studies_of(user, clinic.site, "verdict.see", NOW) == {ONE}
    assert access.studies_of(user, clinic.site, "duty.sign", NOW) == frozenset()
    assert access.studies_of(clinic.physician, clinic.site, "verdict.see", NOW) is None
    assert access.roles_of(*at, OTHER) == ()
    assert access.roles_of(*at, ONE) == ("physician",)


def test_an_act_at_a_site_that_names_no_study_needs_all_of_them(clinic):
    user = newcomer(clinic)
    written(give(clinic, user, "coordinator", study=ONE))
    for place, study, is_refused in (
        (clinic.site, None, True),
        (clinic.site, OTHER, True),
        (clinic.site, ONE, False),
        (enrolled(clinic), None, False),
    ):
        assert bool(refused(user, place, "referral.import", NOW, study)) is is_refused
    assert refused(user, clinic.site, "duty.page", NOW) is None, "what everybody shares"
    assert role_with(user, clinic.site, "referral.import", NOW, ONE) == "coordinator"
    assert role_with(user, clinic.site, "referral.import", NOW, OTHER) == ""


def test_a_person_of_another_study_is_not_worked_on(clinic):
    user = newcomer(clinic)
    written(give(clinic, user, "coordinator", study=OTHER))
    clinic.accounts["coordinator"] = user
    assert refer(clinic, protocol=ONE) == Refusal(
        "not-permitted", {"permission": "referral.import"}
    )
    written(refer(clinic, protocol=OTHER))


@pytest.mark.parametrize(
    ("study", "other", "from_", "is_refused"),
    [
        (None, None, NOW, True),
        (ONE, None, NOW, True),
        (None, ONE, NOW, True),
        (ONE, ONE, NOW, True),
        (ONE, OTHER, NOW, False),
        (ONE, ONE, NOW + DAY - timedelta(microseconds=1), True),
        (ONE, ONE, NOW + DAY, False),
    ],
)
def test_nobody_is_on_both_sides_of_a_blind(clinic, study, other, from_, is_refused):
    user = newcomer(clinic)
    written(give(clinic, user, "statistician-unblinded", study=study, valid_until=NOW + DAY))
    answer = give(clinic, user, "physician", study=other, valid_from=from_)
    expected = Refusal("blinded-and-unblinded", {"role": "statistician-unblinded"})
    assert (answer == expected) is is_refused
    assert RoleAssignment.objects.filter(user=user).count() == (1 if is_refused else 2)


def test_a_blind_holds_whichever_side_comes_first_and_reaches_the_organisation(clinic):
    south = other_site(clinic)
    user = newcomer(clinic)
    written(give(clinic, user, "therapist", site=south))
    beside = {"site": None, "study": ONE}
    assert give(clinic, user, "pharmacist-unblinded", **beside).reason == "blinded-and-unblinded"
    written(give(clinic, user, "pharmacist-unblinded"))  # another site has another blind
    assert give(clinic, user, "monitor", site=None).reason == "blinded-and-unblinded"


def test_a_role_before_and_after_is_no_overlap(clinic):
    user = newcomer(clinic)
    written(give(clinic, user, "pharmacist-unblinded", valid_from=NOW + DAY))
    assert give(clinic, user, "pharmacist").reason == "blinded-and-unblinded"
    written(give(clinic, user, "pharmacist", valid_until=NOW + DAY))


def test_who_reads_complaints_holds_nothing_else(clinic):
    user, south = newcomer(clinic), other_site(clinic)
    written(give(clinic, user, "complaint-recipient"))
    for role in ("auditor", "site-lead", "patient"):
        assert give(clinic, user, role).reason == "role-stands-alone"
        assert give(clinic, user, role, site=None).reason == "role-stands-alone"
    assert give(clinic, clinic.monitor, "complaint-recipient").reason == "role-stands-alone"
    written(give(clinic, user, "complaint-recipient", site=south))
    assert give(clinic, clinic.administrator, "complaint-recipient").reason == "role-stands-alone"


def test_nobody_unblinds_themselves(clinic):
    answer = give(clinic, clinic.administrator, "statistician-unblinded")
    assert answer == Refusal("own-unblinding")


def test_a_study_is_a_protocol_that_there_is(clinic):
    assert give(clinic, newcomer(clinic), "monitor", study="no-such") == Refusal("study-unknown")


def test_a_role_ends_sooner_and_never_later(clinic):
    user = newcomer(clinic)
    written(give(clinic, user, "monitor", valid_until=NOW + DAY))
    row = RoleAssignment.objects.get(user=user)
    end = {"assignment": row, "reason": "left-the-site", "by": clinic.administrator, "now": NOW}
    later = people.end_role(**end, valid_until=NOW + 2 * DAY, entry_id=uuid4())
    assert later == Refusal("ends-later-than-given")
    written(people.end_role(**end, valid_until=NOW + DAY / 2, entry_id=uuid4()))


def test_access_is_managed_where_it_is_held(clinic):
    """Who manages access at one site gives no role at another, nor in the organisation."""
    user, south = newcomer(clinic), other_site(clinic)
    written(give(clinic, user, "administrator"))
    written(give(clinic, newcomer(clinic), "monitor", by=user))
    for site in (south, None):
        assert give(clinic, newcomer(clinic), "monitor", by=user, site=site).reason == (
            "not-permitted"
        )


def test_no_two_roles_together_hold_what_none_may():
    """Whatever roles one person can hold at once: no unblinding beside care, no complaint beside all."""
    made = roles()
    care = made.touching("care") | made.touching("rating")
    unblinding = {code for code, each in made.classes.items() if each.unblinds}
    complaints = made.touching("complaint")
    for one, other in combinations(made.roles.values(), 2):
        if one.is_alone or other.is_alone or {one.sees, other.sees} == {"blinded", "unblinded"}:
            continue
        held = one.permissions | other.permissions
        assert not (held & unblinding and held & care)
        assert not held & complaints


def test_an_enrollment_brings_its_study_with_it(clinic):
    """An action cannot forget the study: the enrollment itself is where it asks."""
    user = newcomer(clinic)
    written(give(clinic, user, "coordinator", study=OTHER))
    refusal = refused(user, enrolled(clinic), "answer.record", NOW)
    assert refusal == Refusal("not-permitted", {"permission": "answer.record"})
