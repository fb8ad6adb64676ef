"""Somebody far away who opens a record in an emergency, and a site lead who reviews it."""

from typing import Any
from uuid import uuid4

from holdfast.actions import people
from holdfast.actions.glass import break_glass, review_glass
from holdfast.records.glass import GlassOpening
from holdfast.records.models import Enrollment, Site, User
from tests.actions.clinic import CANARY, Clinic, written

WORDS = f"Found {CANARY} unconscious on the platform"


def far_site(clinic: Clinic) -> Site:
    """Another site of the organisation."""
    if found := Site.objects.filter(code="SOUTH").first():
        return found
    told = {"code": "SOUTH", "name": "South clinic", "zone": "Europe/Zurich"}
    written(people.create_site(entry_id=uuid4(), by=clinic.administrator, now=clinic.now, **told))
    return Site.objects.get(code="SOUTH")


def account(
    clinic: Clinic, login: str, role: str, site: Site | None, study: str | None = None
) -> User:
    """Somebody with one role."""
    by = {"by": clinic.administrator, "now": clinic.now}
    if not User.objects.filter(login=login).exists():
        name = f"{login.title()} {CANARY}"
        written(
            people.create_user(
                login=login, printed_name=name, password_hash="!", entry_id=uuid4(), **by
            )
        )
    user = User.objects.get(login=login)
    told = {"valid_from": clinic.now, "study": study, "entry_id": uuid4()}
    written(people.assign_role(user=user, site=site, role=role, **told, **by))
    return user


def faraway(clinic: Clinic, role: str = "physician", login: str = "faraway") -> User:
    """A clinician of another site."""
    return account(clinic, login, role, far_site(clinic))


def lead(clinic: Clinic) -> User:
    """The site lead of the person's site."""
    return account(clinic, "lead", "site-lead", clinic.site)


def broken(clinic: Clinic, enrollment: Enrollment, by: User, **given: Any) -> Any:
    """What opening a record in an emergency answers."""
    told = {
        "way": "number",
        "reason_code": "danger-to-life",
        "words": WORDS,
        "proof": clinic.proof(by, given.get("now")),
        "entry_id": uuid4(),
        "now": clinic.now,
    }
    return break_glass(enrollment=enrollment, by=by, **(told | given))


def opened_glass(clinic: Clinic, enrollment: Enrollment, by: User, **given: Any) -> GlassOpening:
    """An opening that stands."""
    receipt = written(broken(clinic, enrollment, by, **given))
    found = receipt.fact_id("records_glassopening")
    return GlassOpening.objects.select_related("enrollment__site").get(id=found)


def reviewed(clinic: Clinic, opening: GlassOpening, by: User, **given: Any) -> Any:
    """What a review of an opening answers."""
    told = {
        "verdict": "justified",
        "words": f"Right for {CANARY}",
        "proof": clinic.proof(by),
        "entry_id": uuid4(),
        "now": clinic.now,
    }
    return review_glass(opening=opening, by=by, **(told | given))
