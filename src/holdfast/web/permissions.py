"""Which permission each address needs: one table, looked up before any view runs.

A route that has no entry here answers 500 to everybody, so a forgotten entry is found by its first
request, and by the test that walks the table. What is not yours is not found, never forbidden.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from holdfast.records import access
from holdfast.records.care import Enrollment
from holdfast.records.glass_access import by_glass
from holdfast.records.people import Site
from holdfast.records.prepared import Prepared
from holdfast.web.account import standing
from holdfast.web.api import basic
from holdfast.web.blind_routes import BLIND_ROUTES
from holdfast.web.custody_routes import CUSTODY_ROUTES
from holdfast.web.room import admission


class Open(Enum):
    """Routes that need no permission at a site."""

    ANYONE = "anyone"
    SIGNED_IN = "signed-in"
    DEVICE = "device"  # the shared device of a room; whoever is logged in beside it means nothing


@dataclass(frozen=True)
class Anywhere:
    """Routes of no site, for who holds a permission at any."""

    permission: str


ROUTES: dict[str, str | Open | Anywhere] = {
    # account
    "home": Open.SIGNED_IN,
    "log-in": Open.ANYONE,
    "log-in-second": Open.ANYONE,  # opens nothing but to whose password was right
    "log-in-passkey": Open.ANYONE,
    "passkey-options": Open.ANYONE,
    "sign-in": Open.SIGNED_IN,
    "confirm-who": Open.SIGNED_IN,
    "sign-in-setup": Open.SIGNED_IN,
    "passkey-add": Open.SIGNED_IN,
    "totp": Open.SIGNED_IN,
    "recovery-codes": Open.SIGNED_IN,
    "factor-remove": Open.SIGNED_IN,
    "pin": Open.SIGNED_IN,
    "pin-remove": Open.SIGNED_IN,
    "password": Open.SIGNED_IN,
    "sessions-end": Open.SIGNED_IN,
    "session-end": Open.SIGNED_IN,
    "program-key-make": Open.SIGNED_IN,
    "program-key-end": Open.SIGNED_IN,
    "recover": Open.ANYONE,
    "staff:recovery": "access.manage",
    "log-out": Open.SIGNED_IN,
    "look": Open.ANYONE,
    "about": Open.ANYONE,
    "my-access": Open.SIGNED_IN,
    "pulse": Open.ANYONE,
    # a person's own pages, and the way into them
    "join": Open.ANYONE,
    "me": Anywhere("own.see"),
    "me-copy": Anywhere("own.copy"),
    "me-looked": Anywhere("own.see"),
    "me-account": Anywhere("own.see"),
    "me-therapist": Anywhere("own.write"),
    "me-therapist-back": Anywhere("own.write"),
    "me-prepare": Anywhere("own.see"),
    "me-learn": Anywhere("own.see"),
    "me-appointments": Anywhere("own.see"),
    "me-appointments-file": Anywhere("own.see"),
    "me-calendar-make": Anywhere("own.write"),
    "me-calendar-end": Anywhere("own.write"),
    "me-calendar": Open.ANYONE,  # a calendar program shows the token of a private address
    "me-words": Anywhere("own.write"),
    "me-words-make": Anywhere("own.write"),
    "me-words-open": Anywhere("own.write"),
    "me-words-close": Anywhere("own.write"),
    "me-words-write": Anywhere("own.write"),
    "me-words-phrase": Anywhere("own.write"),
    "me-words-share": Anywhere("own.write"),
    "me-words-take-back": Anywhere("own.write"),
    "me-language": Open.ANYONE,
    "learn": Open.ANYONE,  # to who is logged in, and to others only where the law permits it
    "staff:shared-words": "shared-words.see",
    "me-consent": Anywhere("own.consent"),
    "me-consent-read": Anywhere("own.consent"),
    "me-consent-question": Anywhere("own.consent"),
    "me-consent-sign": Anywhere("own.consent"),
    "me-consent-item": Anywhere("own.consent"),
    "me-consent-withdraw": Anywhere("own.consent"),
    "me-consent-pdf": Anywhere("own.consent"),
    "staff:invite": "patient.invite",
    # accounts and roles
    "staff:people": "access.manage",
    "staff:people-open": "access.manage",
    "staff:people-give": "access.manage",
    "staff:people-end": "access.manage",
    # a record opened in an emergency, of whatever site
    "glass": Anywhere("glass.break"),
    "glass-end": Open.SIGNED_IN,
    "staff:glass": "glass.see",
    "staff:glass-review": "glass.review",
    "staff:access-review": "access.see",
    "staff:access-review-sign": "access.review",
    "staff:access-review-past": "access.see",
    "staff:times": "times.sign",
    # people of one site
    "staff:worklist": "worklist.see",
    "staff:board": "board.see",
    "staff:today": "today.see",
    "staff:course": "course.see",
    "staff:course-gate": "course.see",
    "staff:course-do": "course.see",
    "staff:course-enroll": "course.enroll",
    "staff:course-step": "course.step",
    "staff:course-visit": "visit.record",
    "staff:course-book": "booking.make",
    "staff:course-pair": "pair.assign",
    "staff:course-ask": "pair.ask",
    "staff:course-pass": "gate.pass",
    "staff:course-state": "gate.state",
    "staff:course-aside": "gate.override",
    "staff:course-received": "referral.import",
    "staff:referral-new": "referral.import",
    "staff:referral-import": "referral.import",
    "staff:referral-read": "referral.see",
    "staff:screening": "verdict.see",
    "staff:ask": "answer.record",
    "staff:answer": "answer.record",
    "staff:medication": "answer.record",
    "staff:condition": "answer.record",
    "staff:correct": "answer.record",
    "staff:confirm": "verdict.confirm",
    "staff:override": "verdict.override",
    "staff:verdict-shown": "verdict.see",
    "staff:verdict-pdf": "verdict.see",
    "staff:call-new": "call.record",
    "staff:crisis-numbers": "site.manage",
    "staff:on-call-number": "site.manage",
    "staff:call": "call.record",
    "staff:call-answer": "call.record",
    "staff:contact": "call.record",
    "staff:papers": "scan.see",
    "staff:scan-attach": "call.record",
    "staff:scan": "scan.see",
    "staff:consents": "consent.see",
    "staff:consent-document": "consent.see",
    "staff:consent": "consent.see",
    "staff:consent-pdf": "consent.see",
    "staff:consent-act": "consent.record",
    "staff:letter-write": "letter.write",
    "staff:letter": "scan.see",
    "staff:waiting-step": "waiting.manage",
    "staff:waiting": "waiting.see",
    # the clinical record of a course
    "staff:clinical": "clinical.see",
    "staff:clinical-section": "clinical.see",
    "staff:clinical-record": "clinical.record",
    "staff:clinical-results": "clinical.see",
    "staff:clinical-order": "clinical.record",
    "staff:clinical-cancel": "clinical.record",
    "staff:clinical-collect": "clinical.record",
    "staff:clinical-report": "clinical.record",
    "staff:clinical-review": "result.review",
    "staff:custody-law": "custody.see",
    "staff:custody-notice": "custody.settle",
    "staff:custody-settle": "custody.watch",
    "staff:custody-register": "custody.see",
    "staff:custody-log": "custody.see",
    "staff:custody-statement": "custody.account",
    "staff:allocation": "course.see",
    "staff:randomize": "participant.randomize",
    "staff:dispense": "kit.dispense",
    "staff:orders": "order.see",
    "staff:order-sign": "order.sign",
    "staff:order-cancel": "order.sign",
    "events:page": "clinical.see",
    "events:settle": "event.judge",
    "staff:psychotherapy": "psychotherapy.see",
    "staff:psychotherapy-write": "psychotherapy.write",
    "staff:tga": "report.tga",
    "staff:tga-file": "report.tga",
    "staff:limits": "limit.see",
    "staff:limit-sign": "limit.sign",
    "staff:authority": "authority.see",
    "staff:authority-check": "authority.see",
    "staff:authority-jurisdiction": "authority.record",
    "staff:authority-record": "authority.record",
    "staff:authority-correct": "authority.record",
    "staff:authority-change": "authority.record",
    "staff:prescreening": "prescreening.see",
    "staff:prescreening-record": "prescreening.record",
    "staff:journal": "journal.see",
    "staff:erasure": "erasure.request",
    "staff:erasure-sign": "erasure.sign",
    "staff:retention-sign": "retention.sign",
    "staff:disclosures": "disclosures.see",
    "staff:own-copy": "record.copy",
    # duty
    "staff:duty": "duty.see",
    "staff:duty-page": "duty.page",
    "staff:duty-answer": "duty.answer",
    "staff:duty-test": "duty.answer",
    "staff:duty-contact": "duty.answer",
    "staff:duty-roster": "duty.roster",
    "staff:duty-off": "duty.roster",
    "staff:duty-time": "duty.sign",
    # the path of concerns: for anybody, for the recipients outside, and for who names them
    "concern-new": Open.ANYONE,
    "concern-back": Open.ANYONE,
    "concern-card": Open.ANYONE,
    "concern-paper": Open.ANYONE,
    "concerns": "concern.read",
    "concern": "concern.read",
    "concern-set-up": "concern.set-up",
    "pauses": "assignment.suspend",
    # rooms and their shared devices
    "room:rooms": "room.list",
    "room:add": "room.device",
    "room:enroll": "room.device",
    "room:revoke": "room.device",
    "room:settle": "room.open",
    "room:entries": "room.see",
    "room:paper": "room.open",
    "room:door": Open.DEVICE,
    "room:open": Open.DEVICE,
    "room:worker": Open.DEVICE,
    "room:page": Open.DEVICE,
    "room:state": Open.DEVICE,
    "room:session-now": Open.DEVICE,
    "room:session-live": Open.DEVICE,
    "room:session-gate": Open.DEVICE,
    "room:session-move": Open.DEVICE,
    "room:passkey": Open.DEVICE,
    "room:step": Open.DEVICE,
    "room:entry": Open.DEVICE,
    "room:attribute": Open.DEVICE,
    "room:close": Open.DEVICE,
    "room:key": Open.DEVICE,
    "room:box": Open.DEVICE,
    **CUSTODY_ROUTES,
    # dosing sessions
    "session:board": "session.see",
    "session:board-now": "session.see",
    "session:live": "session.see",
    "session:draws": "recording.draw",
    "session:draw": "recording.draw",
    "session:page": "session.see",
    "session:now": "session.see",
    "session:report": "session.see",
    "session:open": "session.run",
    "session:entry": "session.run",
    "session:night": "session.night",
    "session:night-entry": "session.night",
    "session:paper": "session.run",
    "session:pack-make": "session.run",
    "session:paper-typed": "session.run",
    "session:paper-sign": "session.run",
    "session:pack-settle": "session.run",
    "session:gate": "session.see",
    "session:ask": "session.run",
    **BLIND_ROUTES,
    # API
    "api-1:health": Open.ANYONE,
    "api-1:openapi-json": Open.ANYONE,
    "api-1:api-root": Open.ANYONE,
    "api-1:worklist": "worklist.see",
    "api-1:import-referral": "referral.import",
    "api-1:observation": "session.run",
    "api-1:verdict": "verdict.see",
}


class Permissions:
    """Looks up each request's route in the table; sets ``request.here`` and ``.permissions``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Who only looks has their roles read once; who writes is asked for them each time.
        looks = request.method in ("GET", "HEAD")
        try:
            with access.remembered() if looks else nullcontext():
                return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        route = match.view_name if match else ""
        if route not in ROUTES:
            raise ImproperlyConfigured(f"The route {route!r} has no entry in web.permissions.")
        needs = ROUTES[route]
        if needs is Open.ANYONE:
            return None
        if needs is Open.DEVICE:
            admission.admit(request, kwargs["site"])
            return None
        if route.startswith("api-"):
            basic.sign_in(request)
            # A cookie may read. To write, name and password come with the request itself.
            if request.method not in ("GET", "HEAD") and not getattr(request, "by_header", False):
                return _who_are_you(request, route)
        if not request.user.is_authenticated:
            return _who_are_you(request, route)
        if not getattr(request, "by_header", False) and (answer := _second_factor(request, route)):
            return answer
        if isinstance(needs, Anywhere) and not access.holds_anywhere(
            request.user, needs.permission, timezone.now()
        ):
            raise Http404
        if isinstance(needs, str):
            _admit(request, kwargs, needs)
        return None


def _admit(request: HttpRequest, kwargs: Mapping[str, Any], permission: str) -> None:
    """Let the request in at this site and for this study, or find nothing here.

    An address that names an enrollment belongs to the study of its protocol, and one that names
    a protocol to that study; any other is of the site, and shows what ``studies`` covers.
    """
    now = timezone.now()
    with access.remembered():  # both questions are of this moment
        site = access.site_named(kwargs["site"], request.user, now)
        if site is None:
            raise Http404
        study = _study(site, kwargs)
        held = access.permissions_of(request.user, site, now, study)
    held |= by_glass(request.user, kwargs.get("enrollment_id"), now)
    if permission not in held:
        raise Http404
    vars(request)["here"] = site
    vars(request)["study"] = study
    vars(request)["permissions"] = held
    timezone.activate(ZoneInfo(site.zone))  # the pages of a site tell its time


def _study(site: Site, kwargs: Mapping[str, Any]) -> str | None:
    """The study an address belongs to; None where it belongs to the site."""
    if (enrollment_id := kwargs.get("enrollment_id")) is None:
        return kwargs.get("protocol")
    here = _ENROLLMENT.first(UUID(str(enrollment_id)), site.id)  # the interface names it as text
    if here is None:
        raise Http404
    return str(here.protocol_name)


_ENROLLMENT = Prepared(lambda enrollment, site: Enrollment.objects.filter(id=enrollment, site=site))


def _second_factor(request: HttpRequest, route: str) -> HttpResponse | None:
    """Where a second factor is required and this session has none: the way to it, and no further."""
    missing = standing.what_is_missing(request)
    if missing is None or (missing == "set-up" and route in standing.WHILE_SETTING_UP):
        return None
    if missing == "log-in-again":
        logout(request)
    if missing == "log-in-again" or route.startswith("api-"):
        return _who_are_you(request, route)
    return redirect("sign-in-setup")


def _who_are_you(request: HttpRequest, route: str) -> HttpResponse:
    if route.startswith("api-"):
        response: HttpResponse = JsonResponse({"error": "not-signed-in"}, status=401)
        response["WWW-Authenticate"] = 'Basic realm="Holdfast", charset="UTF-8"'
        return response
    to_login = redirect_to_login(request.path if request.method == "GET" else "/")
    if getattr(request, "htmx", False):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = to_login.url
        return response
    return to_login
