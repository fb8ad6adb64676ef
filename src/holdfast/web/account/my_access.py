"""A person's own access: what they hold and who gave it, how they came in, who looked and reviewed."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from holdfast.definitions import protocols
from holdfast.definitions.roles import roles
from holdfast.domain.access_review import Decision
from holdfast.domain.glass import Verdict, is_open
from holdfast.records import access
from holdfast.records.glass import opening_value
from holdfast.records.keys import opened
from holdfast.records.looks import looks_at_the_list
from holdfast.records.own_access import own_openings, reviews_about, roles_ever, sign_ins_of
from holdfast.records.pauses import assignments_suspended
from holdfast.records.people import RoleAssignment, User
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words
from holdfast.web.glass.words import REASONS, VERDICTS
from holdfast.web.words import PARTS, permission_words, role_title

SIGN_INS = {
    "signed-in": _("Logged in"),
    "sign-in-refused": _("A try was refused"),
    "sign-in-locked": _("A try was refused, and more were locked out"),
}
DECISIONS = {Decision.KEEP: _("kept"), Decision.END: _("ended")}


@require_safe
def page(request: Admitted) -> HttpResponse:
    """What I may do where, since when and by whom, and who saw or judged it."""
    now, user = timezone.now(), request.user
    context = {
        "done": done_words(request),
        "held": [_held(row, user, now) for row in access.assignments_of(user, now)],
        "given": [_given(row) for row in roles_ever(user)],
        "sign_ins": [
            {"words": SIGN_INS[each.kind], "at": each.at, "is_in": each.kind == "signed-in"}
            for each in sign_ins_of(user)
        ],
        "reviews": _reviews(user),
        "openings": [_opening(row, now) for row in own_openings(user)],
        "looks": [
            {
                "site": site.name,
                "day": seen.day,
                "part": PARTS[seen.part],
                "who": seen.who,
                "roles": [role_title(role) for role in seen.roles],
            }
            for site, seen in looks_at_the_list(access.sites_of(user, now), user)
        ],
    }
    return render(request, "account/my_access.html", context)


def study_words(study: str | None) -> str:
    """The title of the protocol a role is held for; empty for every study."""
    if study is None:
        return ""
    return protocols.load(study).title if study in protocols.names() else study


def _held(row: RoleAssignment, user: User, now: datetime) -> dict[str, Any]:
    granted = access.granted_by(row)
    return {
        "row": row,
        "role": role_title(row.role),
        "site": row.site,
        "study": study_words(row.study),
        "given_by": access.printed_name(row.recorded_by),
        "words": [permission_words(code) for code in roles().permissions if code in granted],
        "is_paused": assignments_suspended(user, row.site, now),
        "may_open": row.site is not None
        and "worklist.see" in access.permissions_of(user, row.site, now),
    }


def _given(row: RoleAssignment) -> dict[str, Any]:
    """One line of who gave or ended what."""
    return {
        "role": role_title(row.role),
        "site": row.site.name if row.site else "",
        "study": study_words(row.study),
        "is_end": row.corrects_id is not None and row.valid_until is not None,
        "by": access.printed_name(row.recorded_by),
        "at": row.recorded_at,
        "until": row.valid_until,
    }


def _reviews(user: User) -> list[dict[str, Any]]:
    return [
        {
            "site": each.review.site.name,
            "by": opened(each.review.signature, "printed_name"),
            "at": each.review.signature.signed_at,
            "decided": [
                {"role": role_title(role), "words": DECISIONS[decision]}
                for role, decision in each.decisions.items()
            ],
        }
        for each in reviews_about(user)
    ]


def _opening(row: Any, now: datetime) -> dict[str, Any]:
    review = getattr(row, "review", None)
    value = opening_value(row)
    return {
        "number": row.enrollment.label,
        "at": row.opened_at,
        "until": value.ended_at or row.until,
        "is_open": is_open(value, now),
        "reason": REASONS.get(row.reason_code, row.reason_code),
        "verdict": VERDICTS[Verdict(review.verdict)] if review else "",
        "by": opened(review.signature, "printed_name") if review else "",
    }
