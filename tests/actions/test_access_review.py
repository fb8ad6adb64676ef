"""The list of who holds which role is signed as it was shown; what it ends is ended with it."""

from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from holdfast.actions import people
from holdfast.actions.access_review import (
    chase_access_review,
    note_access_look,
    sign_access_review,
)
from holdfast.actions.operational_times import sign_operational_time
from holdfast.actions.outcomes import Refusal
from holdfast.domain.access_review import Decision, State, what_changed
from holdfast.records import access
from holdfast.records.access_lists import (
    lines_of,
    list_of_roles,
    review_standing,
    reviews_of,
    shown_text,
)
from holdfast.records.journal import OutboxEntry
from holdfast.records.models import AccessLook, AccessReview, RoleAssignment
from holdfast.records.verification_run import verify_here
from holdfast.watch import reviews
from tests.actions.clinic import CANARY, enrolled, written
from tests.actions.emergency import account, faraway, lead, opened_glass

KEEP, END = Decision.KEEP, Decision.END


def shown_now(clinic) -> str:
    return shown_text(clinic.site, list_of_roles(clinic.site, clinic.now))


def deciding(clinic, by, ends=()) -> dict[UUID, Decision]:
    """Every line of somebody else kept, but for the log-in names that end."""
    return {
        UUID(line["assignment"]): END if line["login"] in ends else KEEP
        for line in list_of_roles(clinic.site, clinic.now)
        if line["account"] != by.id.hex
    }


def signed(clinic, by, **given):
    told = {
        "shown": shown_now(clinic),
        "decisions": deciding(clinic, by),
        "proof": clinic.proof(by),
        "entry_id": uuid4(),
        "now": clinic.now,
    }
    return sign_access_review(site=clinic.site, by=by, **(told | given))


def test_the_list_is_signed_exactly_as_it_was_shown(clinic):
    site_lead = lead(clinic)
    shown = shown_now(clinic)
    written(signed(clinic, site_lead))
    row = AccessReview.objects.select_related("signature").get()
    assert row.shown == shown
    assert row.shown_sha256 == sha256(shown.encode()).hexdigest()
    assert (row.signature.meaning, row.signature.role) == ("reviews-access", "site-lead")
    assert row.id.hex in row.signature.statement
    assert CANARY not in row.shown, "a name is only in its sealed row"
    assert {line["login"] for line in lines_of(row.shown)} >= {"lead", "physician", "admin"}
    assert verify_here().fits


def test_what_a_review_ends_ends_at_once_and_with_it(clinic):
    site_lead = lead(clinic)
    assert access.roles_of(clinic.therapist, clinic.site, clinic.now) == ("therapist",)
    written(signed(clinic, site_lead, decisions=deciding(clinic, site_lead, {"therapist"})))
    assert access.roles_of(clinic.therapist, clinic.site, clinic.now) == ()
    assert access.roles_of(clinic.physician, clinic.site, clinic.now) == ("physician",)
    row = RoleAssignment.objects.get(user=clinic.therapist, corrects__isnull=False)
    assert (row.correction_reason, row.recorded_by) == ("access-review", site_lead)
    assert verify_here().fits


def test_nothing_is_ended_by_a_review_that_is_refused(one_clinic):
    clinic = one_clinic
    site_lead = lead(clinic)
    told = {"decisions": deciding(clinic, site_lead, {"therapist"})}
    assert signed(clinic, site_lead, proof=None, **told).reason == "proof-missing"
    assert signed(clinic, clinic.physician, **told).reason == "not-permitted"
    assert access.roles_of(clinic.therapist, clinic.site, clinic.now) == ("therapist",)
    assert not AccessReview.objects.exists()


def test_a_reviewers_own_line_is_decided_by_another(one_clinic):
    clinic = one_clinic
    site_lead = lead(clinic)
    own = next(
        UUID(line["assignment"])
        for line in list_of_roles(clinic.site, clinic.now)
        if line["account"] == site_lead.id.hex
    )
    decisions = deciding(clinic, site_lead) | {own: KEEP}
    assert signed(clinic, site_lead, decisions=decisions) == Refusal("own-line", {"line": own.hex})
    clinic.later(days=80)
    written(signed(clinic, site_lead))
    clinic.later(days=20)
    found = review_standing(clinic.site, clinic.now)
    assert (found.state, found.overdue) == (State.OVERDUE, 1), "the lead's own line is late"
    written(signed(clinic, clinic.administrator))
    found = review_standing(clinic.site, clinic.now)
    assert found.state is State.IN_TIME, "the administrator's own line was kept by the lead"


def test_a_line_nobody_decided_is_refused(one_clinic):
    clinic = one_clinic
    site_lead = lead(clinic)
    decisions = deciding(clinic, site_lead)
    left = decisions.popitem()[0]
    assert signed(clinic, site_lead, decisions=decisions) == Refusal(
        "line-undecided", {"line": left.hex}
    )


def test_a_list_that_changed_meanwhile_is_refused_and_what_changed_is_known(one_clinic):
    clinic = one_clinic
    site_lead = lead(clinic)
    shown, decisions = shown_now(clinic), deciding(clinic, site_lead)
    account(clinic, "newcomer", "coordinator", clinic.site)
    assert signed(clinic, site_lead, shown=shown, decisions=decisions) == Refusal("access-changed")
    now = list_of_roles(clinic.site, clinic.now)
    ((what, role),) = what_changed(lines_of(shown), now)
    assert what == "added"
    assert next(line for line in now if line["assignment"] == role)["login"] == "newcomer"


def test_a_list_that_was_tampered_with_is_refused(one_clinic):
    clinic = one_clinic
    shown = shown_now(clinic).replace('"coordinator"', '"physician"')
    assert signed(clinic, lead(clinic), shown=shown).reason == "access-changed"


def test_a_role_of_the_whole_organisation_is_not_ended_by_a_site(one_clinic):
    clinic = one_clinic
    site_lead = lead(clinic)
    ends = deciding(clinic, site_lead, {"admin"})
    assert signed(clinic, site_lead, decisions=ends).reason == "not-yours-to-end"
    second = account(clinic, "admin-two", "administrator", None)
    written(
        signed(
            clinic, second, shown=shown_now(clinic), decisions=deciding(clinic, second, {"admin"})
        )
    )
    assert access.permissions_of(clinic.administrator, None, clinic.now) == frozenset()


def test_patients_and_outside_recipients_are_on_no_list_of_a_site(one_clinic):
    clinic = one_clinic
    for role in ("patient", "complaint-recipient"):
        account(clinic, f"a-{role}", role, clinic.site)
    held = {line["role"] for line in list_of_roles(clinic.site, clinic.now)}
    assert not held & {"patient", "complaint-recipient"}


def test_the_same_review_sent_again_gets_the_first_receipt(one_clinic):
    clinic = one_clinic
    site_lead, entry = lead(clinic), uuid4()
    told = {"shown": shown_now(clinic), "decisions": deciding(clinic, site_lead, {"monitor"})}
    first = written(signed(clinic, site_lead, entry_id=entry, **told))
    assert signed(clinic, site_lead, entry_id=entry, **told) == first
    assert len(reviews_of(clinic.site)) == 1


def test_who_looked_at_the_list_is_on_record_once_for_each_part_of_the_day(clinic):
    for _ in range(2):
        note_access_look(site=clinic.site, by=clinic.monitor, now=clinic.now)
    note_access_look(site=clinic.site, by=clinic.monitor, now=clinic.later(hours=12))
    assert AccessLook.objects.count() == 2
    assert verify_here().fits


def test_a_site_signs_its_own_time_within_the_bounds(clinic):
    site_lead = lead(clinic)
    told = {"site": clinic.site, "by": site_lead, "now": clinic.now}

    def sign(value, code="access-reviewed-every", **given):
        fresh = {"proof": clinic.proof(site_lead), "entry_id": uuid4(), "value": Decimal(value)}
        return sign_operational_time(code=code, **(told | fresh | given))

    assert sign("1000").reason == "value-does-not-fit"
    assert sign("NaN").reason == "value-does-not-fit"
    assert sign("30", code="other").reason == "limit-unknown"
    assert sign("30", proof=None).reason == "proof-missing"
    assert sign("30", by=clinic.physician).reason == "not-permitted"
    clinic.later(days=31)
    assert review_standing(clinic.site, clinic.now).state is State.IN_TIME
    told["now"] = clinic.now
    written(sign("30"))
    assert review_standing(clinic.site, clinic.now).state is State.OVERDUE
    assert verify_here().fits


def test_a_shorter_time_closes_no_opening_later_and_a_longer_one_widens_none(one_clinic):
    """What is open stays as it was opened: nobody's minutes change under their hands."""
    clinic = one_clinic
    enrollment, doctor, site_lead = enrolled(clinic), faraway(clinic), lead(clinic)
    opening = opened_glass(clinic, enrollment, doctor)
    told = {"site": clinic.site, "by": site_lead, "now": clinic.now, "code": "glass-open-for"}
    written(
        sign_operational_time(
            value=Decimal(240), proof=clinic.proof(site_lead), entry_id=uuid4(), **told
        )
    )
    opening.refresh_from_db()
    assert (opening.until - opening.opened_at).total_seconds() == 3600
    later = opened_glass(clinic, enrollment, doctor)
    assert (later.until - later.opened_at).total_seconds() == 240 * 60


def test_the_watch_chases_reviews_once_for_each_day(clinic):
    enrollment, doctor = enrolled(clinic), faraway(clinic)
    opened_glass(clinic, enrollment, doctor)
    told = lambda kind: OutboxEntry.objects.filter(kind=kind).count()  # noqa: E731
    assert reviews.chase(clinic.now) == 0
    clinic.later(hours=73)
    assert reviews.chase(clinic.now) == 1
    assert reviews.chase(clinic.now) == 0
    assert told("glass-review-overdue") == 1
    clinic.later(days=1)
    assert reviews.chase(clinic.now) == 1
    clinic.later(days=90)
    reviews.chase(clinic.now)
    assert told("access-review-due") == 2, "one for each of the two sites"
    body = "".join(OutboxEntry.objects.values_list("body", flat=True))
    assert CANARY not in body
    again = {"site": clinic.site, "number": 7, "overdue": 1, "by": clinic.administrator}
    assert chase_access_review(due_at=clinic.now, now=clinic.now, **again) is not None
    assert chase_access_review(due_at=clinic.now, now=clinic.now, **again) is None
    assert verify_here().fits


def test_a_site_without_a_role_is_chased_for_nothing(one_clinic):
    clinic = one_clinic
    role = RoleAssignment.objects.get(user=clinic.rater)
    written(
        people.end_role(
            assignment=role,
            valid_until=clinic.later(minutes=1),
            reason="left",
            entry_id=uuid4(),
            by=clinic.administrator,
            now=clinic.now,
        )
    )
    assert "rater" not in {line["login"] for line in list_of_roles(clinic.site, clinic.now)}


@pytest.mark.parametrize("decisions", [{}, {uuid4(): KEEP}])
def test_decisions_about_nothing_are_refused(one_clinic, decisions):
    clinic = one_clinic
    assert signed(clinic, lead(clinic), decisions=decisions).reason in (
        "line-undecided",
        "line-unknown",
    )
