"""What the frame around every page needs: the theme, the places this person may go, the site."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from holdfast.records import access, heartbeats
from holdfast.records.glass_access import may_break_glass
from holdfast.web.glass.banners import access_to_review, own_openings, to_review
from holdfast.web.look_choice import THEMES, chosen_theme, keys_are_on
from holdfast.web.reauthentication import signing

PLACES = (
    ("staff:today", "clock", _("Today"), "today.see"),
    ("staff:board", "trail", _("Board"), "board.see"),
    ("session:board", "pulse", _("Sessions"), "session.see"),
    ("pharmacy:stores", "pill", _("Medicines"), "custody.see"),
    ("session:draws", "log", _("Recordings"), "recording.draw"),
    ("staff:worklist", "list", _("Worklist"), "worklist.see"),
    ("staff:referral-new", "refer", _("New referral"), "referral.import"),
    ("staff:prescreening", "log", _("Pre-screening"), "prescreening.see"),
    ("staff:limits", "sign", _("Limits"), "limit.see"),
    ("staff:consents", "paper", _("Consent documents"), "consent.see"),
    ("staff:duty", "clock", _("Duty"), "duty.see"),
    ("room:rooms", "door", _("Rooms"), "room.list"),
    ("staff:recovery", "person", _("Let somebody in"), "access.manage"),
    ("staff:crisis-numbers", "key", _("Crisis lines"), "site.manage"),
    ("staff:authority", "key", _("Approvals"), "authority.see"),
    ("staff:custody-law", "paper", _("Law of custody"), "custody.see"),
    ("staff:people", "person", _("People"), "access.manage"),
    ("concern-set-up", "refer", _("Outside recipients"), "concern.set-up"),
    ("pauses", "stop", _("Pauses"), "assignment.suspend"),
    ("blind:page", "key", _("The blind"), "unblind.see"),
    ("blind:guess", "pencil", _("Guess of the arm"), "guess.record"),
    ("blind:safety", "key", _("Safety unblinding"), "unblind.safety"),
    ("blind:report", "refer", _("Report unblinding"), "unblind.report"),
)
# A page that belongs to a place in the rail marks it as the current one.
BELONGS = {
    "session:page": "session:board",
    "session:open": "session:board",
    "session:draw": "session:draws",
    "session:night": "session:board",
    "session:paper": "session:board",
    "session:pack-make": "session:board",
    "session:paper-typed": "session:board",
    "session:paper-sign": "session:board",
    "session:pack-settle": "session:board",
    "pharmacy:store": "pharmacy:stores",
    "pharmacy:store-open": "pharmacy:stores",
    "pharmacy:place-add": "pharmacy:stores",
    "pharmacy:register": "pharmacy:stores",
    "pharmacy:labels": "pharmacy:stores",
    "pharmacy:receive": "pharmacy:stores",
    "pharmacy:move": "pharmacy:stores",
    "pharmacy:count": "pharmacy:stores",
    "pharmacy:discrepancies": "pharmacy:stores",
    "pharmacy:settle": "pharmacy:stores",
    "pharmacy:report": "pharmacy:stores",
    "pharmacy:confirm": "pharmacy:stores",
    "pharmacy:box": "session:board",
    "pharmacy:box-act": "session:board",
    "room:add": "room:rooms",
    "room:enroll": "room:rooms",
    "room:revoke": "room:rooms",
    "room:settle": "room:rooms",
    "room:entries": "staff:worklist",
    "room:paper": "staff:worklist",
    "staff:course": "staff:board",
    "staff:course-gate": "staff:board",
    "staff:course-do": "staff:board",
    "staff:course-received": "staff:referral-new",
    "staff:screening": "staff:worklist",
    "staff:invite": "staff:worklist",
    "staff:people-open": "staff:people",
    "staff:people-give": "staff:people",
    "staff:people-end": "staff:people",
    "staff:journal": "staff:worklist",
    "staff:correct": "staff:worklist",
    "staff:erasure": "staff:worklist",
    "staff:erasure-sign": "staff:worklist",
    "staff:retention-sign": "staff:worklist",
    "staff:disclosures": "staff:worklist",
    "staff:ask": "staff:worklist",
    "staff:answer": "staff:worklist",
    "staff:verdict-shown": "staff:worklist",
    "staff:referral-read": "staff:worklist",
    "staff:referral-import": "staff:referral-new",
    "staff:call-new": "staff:referral-new",
    "staff:call": "staff:worklist",
    "staff:papers": "staff:worklist",
    "staff:consent": "staff:board",
    "staff:consent-act": "staff:board",
    "staff:consent-document": "staff:consents",
    "staff:contact": "staff:worklist",
    "staff:letter-write": "staff:worklist",
    "staff:shared-words": "staff:worklist",
    "staff:on-call-number": "staff:crisis-numbers",
    "staff:waiting": "staff:worklist",
    "staff:waiting-step": "staff:worklist",
    "staff:clinical": "staff:board",
    "staff:clinical-section": "staff:board",
    "staff:clinical-record": "staff:board",
    "staff:clinical-results": "staff:board",
    "staff:clinical-order": "staff:board",
    "staff:clinical-cancel": "staff:board",
    "staff:clinical-collect": "staff:board",
    "staff:clinical-report": "staff:board",
    "staff:clinical-review": "staff:board",
    "staff:custody-notice": "staff:custody-law",
    "staff:custody-settle": "staff:custody-law",
    "staff:allocation": "staff:board",
    "staff:randomize": "staff:board",
    "staff:dispense": "staff:board",
    "staff:orders": "staff:board",
    "staff:order-sign": "staff:board",
    "staff:order-cancel": "staff:board",
    "staff:psychotherapy": "staff:board",
    "staff:psychotherapy-write": "staff:board",
    "staff:tga": "staff:authority",
    "staff:tga-file": "staff:authority",
    "staff:limit-sign": "staff:limits",
    "staff:authority-jurisdiction": "staff:authority",
    "staff:authority-kind": "staff:authority",
    "staff:authority-record": "staff:authority",
    "staff:authority-correct": "staff:authority",
    "staff:authority-change": "staff:authority",
    "staff:authority-check": "staff:authority",
    "staff:prescreening-record": "staff:prescreening",
    "blind:emergency": "staff:board",
    "blind:review": "blind:page",
    "blind:seats": "blind:page",
    "blind:locks": "blind:page",
    "blind:lock": "blind:page",
    "blind:planned": "blind:page",
    "blind:exports": "blind:page",
    "blind:export": "blind:page",
    "staff:duty-page": "staff:duty",
    "staff:duty-answer": "staff:duty",
    "staff:duty-test": "staff:duty",
    "staff:duty-contact": "staff:duty",
    "staff:duty-roster": "staff:duty",
    "staff:duty-off": "staff:duty",
    "staff:duty-time": "staff:duty",
}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of ``frame.html``; a template without the frame pays nothing for the places.

    What is asked of the record is asked once, however often a template names it.
    """
    here = {
        "theme": chosen_theme(request),
        "themes": THEMES,
        "keys_on": keys_are_on(request),
        "demonstration": settings.DEMONSTRATION,
        "patient_languages": settings.PATIENT_LANGUAGES,
        "spoken": vars(request).get("spoken", "en"),
        "signing": SimpleLazyObject(lambda: signing(request)),
        "watch_is_stale": cache(lambda: bool(heartbeats.stale(timezone.now()))),
    }
    here |= {
        "glass_open": cache(lambda: own_openings(request)),
        "glass_to_review": cache(lambda: to_review(request)),
        "access_to_review": cache(lambda: access_to_review(request)),
        "may_break_glass": cache(lambda: may_break_glass(request.user, timezone.now())),
    }
    site = getattr(request, "here", None)
    if site is None:
        return here | {
            "concern_sites": cache(lambda: _own_sites(request)),
        }
    held = vars(request)["permissions"]
    return here | {
        "site": site,
        "permissions": held,
        "places": _places(request, site.code, held),
        "other_sites": cache(lambda: _other_sites(request, site)),
        "concern_sites": [site],
    }


def _places(request: HttpRequest, site: str, held: frozenset[str]) -> list[dict[str, Any]]:
    route = request.resolver_match.view_name if request.resolver_match else ""
    current = BELONGS.get(route, route)
    if current == "staff:board" and "board.see" not in held:
        current = "staff:today"
    return [
        {"href": reverse(name, args=[site]), "icon": icon, "words": words, "here": name == current}
        for name, icon, words, permission in PLACES
        if permission in held
    ]


def _other_sites(request: HttpRequest, site: Any) -> list[Any]:
    sites = access.sites_of(request.user, timezone.now())
    return [other for other in sites if other.pk != site.pk]


def _own_sites(request: HttpRequest) -> list[Any]:
    """The sites of whoever looks at a page of no site."""
    if not request.user.is_authenticated:
        return []
    return list(access.sites_of(request.user, timezone.now()))
