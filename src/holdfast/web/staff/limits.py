"""Limits to sign: what the facts say, and a physician's number where they say too little."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.limits import limit_of, sign_limit
from holdfast.actions.outcomes import Receipt
from holdfast.definitions import interactions, protocols
from holdfast.definitions.session_numbers import numbers_of_sessions
from holdfast.domain.limits import Limit
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.access import covers
from holdfast.records.care import SignedLimit
from holdfast.records.keys import opened
from holdfast.records.people import Site
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.forms import LimitForm
from holdfast.web.staff.words import unit_words


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Every limit that needs a signature, by protocol: unsigned ones first."""
    seen = studies(request, "limit.see")
    shown = [
        _protocol(request, protocols.load(name)) for name in protocols.names() if covers(seen, name)
    ]
    context = {"protocols": shown, "done": done_words(request)}
    return render(request, "staff/limits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: Admitted, site: str, protocol: str, code: str) -> HttpResponse:
    """A physician signs one number for this site."""
    version, limit = _limit(protocol, code)
    form = LimitForm(request.POST if request.method == "POST" else None, unit=limit.unit)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (answer := _signed(request, version, limit, form)):
            return answer
    context = {
        "form": form,
        "protocol": version,
        "limit": _shown(limit, None, ""),
    }
    return render(request, "staff/limit_sign.html", context, status=status)


def _signed(
    request: Admitted, version: ProtocolVersion, limit: Limit, form: LimitForm
) -> HttpResponse | None:
    """Sign, and go on; None where something stands against it, said on the form."""
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        return None
    outcome = sign_limit(
        site=request.here,
        protocol=version,
        code=limit.code,
        value=form.cleaned_data["value"],
        unit=limit.unit,
        proof=proof,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return None
    return go_on(request, reverse("staff:limits", args=[request.here.code]), "limit-signed")


def _limit(protocol: str, code: str) -> tuple[ProtocolVersion, Limit]:
    if protocol not in protocols.names():
        raise Http404
    version = protocols.load(protocol)
    limit = limit_of(version, code)
    if limit is None or not limit.needs_signature:
        raise Http404
    return version, limit


def standing_signatures(site: Site, version: ProtocolVersion) -> dict[str, SignedLimit]:
    """The signed limits that stand for a site and a protocol version, by code."""
    rows = SignedLimit.objects.filter(
        site=site, protocol_sha256=version.sha256, corrected_by=None
    ).select_related("signature", "signed_by")
    return {row.code: row for row in rows.order_by("position", "id")}


def unsigned_count(site: Site, name: str) -> int:
    """How many limits await a signature at a site for a protocol, those of medicines included."""
    version = protocols.load(name)
    signed = standing_signatures(site, version)
    limits = [*version.limits_to_sign(), *medicine_limits()]
    return sum(limit.code not in signed for limit in limits)


def medicine_limits() -> list[Limit]:
    """The numbers about medicines that a physician signs, for each protocol by itself."""
    return [limit for limit in interactions.load().limits.values() if limit.needs_signature]


def session_limits(version: ProtocolVersion) -> list[Limit]:
    """The numbers of dosing sessions that a physician signs, for each protocol by itself."""
    numbers = numbers_of_sessions(version.name).values()
    return [limit for limit in numbers if limit.needs_signature]


def _protocol(request: Admitted, version: ProtocolVersion) -> dict[str, Any]:
    site = request.here
    signed = standing_signatures(site, version)
    may_sign = covers(studies(request, "limit.sign"), version.name)

    def shown(limits: Iterable[Limit], *, is_signed: bool) -> list[Mapping[str, Any]]:
        return [
            _shown(
                limit, signed.get(limit.code), _sign_href(site, version, limit) if may_sign else ""
            )
            for limit in limits
            if (limit.code in signed) == is_signed
        ]

    def groups(limits: Sequence[Limit]) -> list[Mapping[str, Any]]:
        both = [(is_signed, shown(limits, is_signed=is_signed)) for is_signed in (False, True)]
        return [{"is_signed": is_signed, "limits": each} for is_signed, each in both if each]

    return {
        "name": version.name,
        "title": version.title,
        "unsigned_count": unsigned_count(site, version.name),
        "unsigned": shown(version.limits_to_sign(), is_signed=False),
        "signed": shown(version.limits_to_sign(), is_signed=True),
        "medicines": groups(medicine_limits()),
        "sessions": groups(session_limits(version)),
    }


def _sign_href(site: Site, version: ProtocolVersion, limit: Limit) -> str:
    return reverse("staff:limit-sign", args=[site.code, version.name, limit.code])


def _shown(limit: Limit, signed: SignedLimit | None, sign_href: str) -> Mapping[str, Any]:
    signed_value: Decimal | None = signed.value if signed else None
    signed_at: datetime | None = signed.signature.signed_at if signed else None
    return {
        "code": limit.code,
        "wording": limit.wording,
        "value": limit.value,
        "unit": unit_words(limit.unit),
        "title": limit.reference.title,
        "href": limit.reference.href,
        "standing": limit.standing.value,
        "signed_value": signed_value,
        "signed_at": signed_at,
        "is_not_of_the_facts": signed_value is not None and signed_value != limit.value,
        "signed_by": opened(signed.signature, "printed_name") if signed else "",
        "sign_href": sign_href,
    }
