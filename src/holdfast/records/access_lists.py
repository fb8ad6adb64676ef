"""The list of who holds which role at a site, as it is shown and signed, and when it is due again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from allauth.mfa.models import Authenticator
from django.db.models import Q

from holdfast.definitions.roles import roles
from holdfast.domain import access_review as rules
from holdfast.records.access_review import AccessReview
from holdfast.records.canonical import document
from holdfast.records.columns import instant_text
from holdfast.records.glass import time_in_force
from holdfast.records.people import RoleAssignment, Site, StaffRecord
from holdfast.records.sign_in import Pin

EVERY, AHEAD = "access-reviewed-every", "access-review-told-ahead"


def roles_to_review(site: Site, now: datetime) -> list[RoleAssignment]:
    """Every role that stands at a site or in the whole organisation, in a fixed order.

    Roles that stand alone are left out: a patient's opens nothing but their own pages, and nobody
    at a site may see or end that of an outside recipient of complaints.
    """
    alone = [code for code, role in roles().roles.items() if role.is_alone]
    rows = (
        RoleAssignment.objects.filter(Q(site=site) | Q(site=None), corrected_by=None)
        .filter(Q(valid_until=None) | Q(valid_until__gt=now), user__is_active=True)
        .exclude(role__in=alone)
        .select_related("user", "recorded_by")
    )
    return sorted(rows, key=lambda row: (row.user.login, row.role, row.study or "", row.id.hex))


def list_of_roles(site: Site, now: datetime) -> list[dict[str, Any]]:
    """The list as it is shown and signed: ids, codes and dates; no name.

    The last log-in is a day of the site's own clock, so that the list does not change by itself
    while somebody reads it.
    """
    rows = roles_to_review(site, now)
    people = {row.user_id for row in rows}
    records = StaffRecord.objects.filter(user__in=people, corrected_by=None).order_by("position")
    names = {record.user_id: record.id.hex for record in records}
    with_factor, with_pin = _with_factors(people)
    zone = ZoneInfo(site.zone)
    return [
        {
            "assignment": row.id.hex,
            "account": row.user_id.hex,
            "login": row.user.login,
            "name_record": names.get(row.user_id, ""),
            "role": row.role,
            "study": row.study or "",
            "everywhere": row.site_id is None,
            "since": instant_text(row.valid_from),
            "until": instant_text(row.valid_until) if row.valid_until else "",
            "given_by": row.recorded_by.login,
            "last_log_in": _day(row.user.last_login, zone),
            "second_factor": row.user_id in with_factor,
            "pin": row.user_id in with_pin,
        }
        for row in rows
    ]


def _with_factors(people: Iterable[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Who has a second factor, and who a PIN."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    factors = Authenticator.objects.filter(user_id__in=people, type__in=kinds)
    pins = Pin.objects.filter(user_id__in=people)
    return (
        set(factors.values_list("user_id", flat=True)),
        set(pins.values_list("user_id", flat=True)),
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).date().isoformat() if moment else ""


def shown_text(site: Site, lines: list[dict[str, Any]]) -> str:
    """The list as exact text: canonical JSON with its own schema number."""
    return document({"schema": 1, "site": site.code, "lines": lines}).decode()


def lines_of(shown: str) -> list[dict[str, Any]]:
    """The lines of a list as it was shown."""
    lines: list[dict[str, Any]] = orjson.loads(shown)["lines"]
    return lines


def sha256_of(shown: str) -> str:
    """The hash by which a list is known."""
    return sha256(shown.encode()).hexdigest()


def reviews_of(site: Site) -> list[AccessReview]:
    """The signed reviews of a site, newest first."""
    rows = AccessReview.objects.filter(site=site).select_related("signature__signed_by")
    return list(rows.order_by("-position", "-id"))


def decisions_of(review: AccessReview) -> Mapping[UUID, rules.Decision]:
    """What a review decided of each role."""
    told = orjson.loads(review.decisions)
    return {UUID(hex=role): rules.Decision(decision) for role, decision in told.items()}


def held_roles(site: Site, now: datetime) -> list[rules.Held]:
    """The roles to review as the rules read them, each with when it was last kept here."""
    kept: dict[UUID, datetime] = {}
    for review in reviews_of(site):
        for role, decision in decisions_of(review).items():
            if decision is rules.Decision.KEEP:
                kept[role] = max(kept.get(role, review.recorded_at), review.recorded_at)
    return [
        rules.Held(row.id, row.user_id, row.recorded_at, kept.get(row.id))
        for row in roles_to_review(site, now)
    ]


def review_standing(site: Site, now: datetime) -> rules.Standing:
    """How a site stands with its review of access."""
    return rules.standing(
        held_roles(site, now),
        every=time_in_force(site, EVERY),
        ahead=time_in_force(site, AHEAD),
        now=now,
    )
