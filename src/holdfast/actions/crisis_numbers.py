"""The numbers of crisis lines by country, as a site set them; none is known until then."""

import re
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.records.calls import CrisisNumber, OnCallNumber
from holdfast.records.people import Site, User

_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()/-]{1,38}\Z")


@one_transaction
def set_crisis_number(
    *, site: Site, country: str, number: str, title: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Set the crisis line of one country (ISO 3166-1 alpha-2); a second one corrects the first."""
    if refusal := refused(by, site, "site.manage", now):
        return refusal
    if not _COUNTRY.match(country):
        return Refusal("country-unknown")
    if not _NUMBER.match(number):
        return Refusal("number-does-not-fit")
    stream = lock(site.id, now)
    what = {"country": country, "number": number, "title": title}
    sent = stream.sent("crisis-number-set", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    before = {row.country: row for row in crisis_numbers(site)}.get(country)
    fact = CrisisNumber(
        id=uuid5(entry_id, "crisis-number"),
        corrects_id=before.id if before else None,
        correction_reason="set-anew" if before else "",
        site=site,
        country=country,
        number=number,
        title=title,
    )
    return stream.write(sent, [fact], by=by, values=what)


def crisis_numbers(site: Site) -> list[CrisisNumber]:
    """The numbers that stand for a site, by country; empty until somebody sets one."""
    rows = CrisisNumber.objects.filter(site=site, corrected_by=None)
    return list(rows.order_by("country"))


@one_transaction
def set_on_call_number(
    *, site: Site, number: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Set the number that people in treatment may call at any hour; a second one corrects the first."""
    if refusal := refused(by, site, "site.manage", now):
        return refusal
    if not _NUMBER.match(number):
        return Refusal("number-does-not-fit")
    stream = lock(site.id, now)
    sent = stream.sent("on-call-number-set", entry_id, {"number": number})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    before = on_call_number(site)
    fact = OnCallNumber(
        id=uuid5(entry_id, "on-call-number"),
        corrects_id=before.id if before else None,
        correction_reason="set-anew" if before else "",
        site=site,
        number=number,
    )
    return stream.write(sent, [fact], by=by, values={"number": number})


def on_call_number(site: Site) -> OnCallNumber | None:
    """The number that stands for a site; None until somebody sets one."""
    rows = OnCallNumber.objects.filter(site=site, corrected_by=None)
    return rows.order_by("-position").first()
