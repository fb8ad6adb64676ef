"""The people of the demonstration, listed where one logs in: who there is, and what each may see."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from holdfast.records.access import assignments_of
from holdfast.records.people import Site, User
from holdfast.web.words import role_title

SEES = {
    "coordinator": _("First calls, referrals, answers, letters, the waiting list, the roster."),
    "therapist": _("People and their verdicts; is on duty; opens the room."),
    "physician": _("All of it about a person; signs verdicts, limits and approvals."),
    "site-lead": _("The roster and its times, approvals, reviews of access; no names."),
    "pharmacist": _("People, medicines and verdicts; blind to who gets what."),
    "pharmacist-unblinded": _("Works behind the blind; writes nothing about a person."),
    "rater": _("Nothing of screening: a rater stays independent."),
    "monitor": _("Verdicts and the journal by number, without names; reads alone."),
    "sponsor": _("Courses by number; signs locks and closed exports; treats nobody."),
    "safety-unit": _("The record by number, never by name."),
    "statistician": _("Counts, never people; blind."),
    "statistician-unblinded": _("Counts, never people; behind the blind."),
    "complaint-recipient": _("Concerns about the site, and nothing else."),
    "auditor": _("Everything that may be read; writes nothing."),
    "administrator": _("Accounts, roles and sites; nothing about a person."),
    "patient": _("Their own pages."),
}


def people() -> list[dict[str, Any]]:
    """Each account with its role, its sites, and what it can see, as the record has them."""
    now = timezone.now()
    sites = {site.id: site.name for site in Site.objects.all()}
    found = []
    for user in User.objects.filter(is_active=True).exclude(login="holdfast").order_by("login"):
        rows = assignments_of(user, now)
        if not rows:
            continue
        role = rows[0].role
        names = sorted({sites[row.site_id] for row in rows if row.site_id in sites})
        found.append(
            {
                "login": user.login,
                "role": role_title(role),
                "sites": [name.split(" (")[0] for name in names],
                "sees": SEES.get(role, ""),
                "place": list(SEES).index(role) if role in SEES else len(SEES),
            }
        )
    return sorted(found, key=lambda each: (each["place"], each["login"]))
