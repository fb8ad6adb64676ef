"""The six-monthly report of an authorised prescriber: counted from the record, and kept as told."""

from datetime import date, datetime
from hashlib import sha256
from uuid import UUID, uuid5

from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.people import HOUSE
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, one_transaction
from holdfast.definitions import reports
from holdfast.domain.periodic_report import counts, due_on
from holdfast.records.canonical import document
from holdfast.records.people import Site, User
from holdfast.records.periodic import PeriodicReport, dosing_days, events_known

TGA = "tga"


@one_transaction
def make_tga_report(
    *, site: Site, first_day: date, last_day: date, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Count a period for the Therapeutic Goods Administration and keep the report as it was made.

    It counts what the record holds at this moment; made again later it may tell more. The house
    makes it for whoever gives the command on the machine itself.
    """
    if by.id != HOUSE and (refusal := refused(by, site, "report.tga", now)):
        return refusal
    stream = lock(site.id, now)
    sent = stream.sent("report-made", entry_id, {"kind": TGA, "from": first_day, "to": last_day})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if last_day < first_day:
        return Refusal("ends-before-it-begins")
    if last_day > local_date(site, stream.now):
        return Refusal("period-not-over")
    content = document(_told(site, first_day, last_day)).decode()
    fact = PeriodicReport(
        id=uuid5(entry_id, "report"),
        site=site,
        kind=TGA,
        first_day=first_day,
        last_day=last_day,
        content=content,
        content_sha256=sha256(content.encode()).hexdigest(),
    )
    values = {"kind": TGA, "from": first_day, "to": last_day}
    return stream.write(sent, [fact], by=by, values=values)


def _told(site: Site, first_day: date, last_day: date) -> dict[str, object]:
    definition = reports.tga()
    days = dosing_days(site, definition.protocol)
    told = counts(days, events_known(site, definition.protocol), first_day, last_day)
    return {
        "schema": 1,
        "report": TGA,
        "definition_sha256": definition.sha256,
        "title": definition.title,
        "protocol": definition.protocol,
        "site": site.code,
        "from": first_day,
        "to": last_day,
        "due_on": due_on(definition.periods, first_day, last_day),
        "counts": {line.code: told[line.code] for line in definition.lines},
    }
