"""Pages for what one person did alone with a controlled drug and nobody confirmed, and for what is unsettled."""

from datetime import datetime

from holdfast.actions.custody_paging import UNCONFIRMED, UNSETTLED, page_custody, page_number
from holdfast.actions.people import house
from holdfast.records.glass import time_in_force
from holdfast.records.people import Site
from holdfast.records.supply_reads import open_discrepancies, unconfirmed

CONFIRMED_WITHIN, SETTLED_WITHIN = "custody-confirmed-within", "discrepancy-settled-within"


def page_waiting(site: Site, now: datetime) -> int:
    """One turn for one site; how many pages were begun."""
    waiting = [
        (UNCONFIRMED, CONFIRMED_WITHIN, row.id, row.recorded_at) for row in unconfirmed(site)
    ]
    waiting += [
        (UNSETTLED, SETTLED_WITHIN, row.id, row.opened_at) for row in open_discrepancies(site)
    ]
    times = {code: time_in_force(site, code) for code in {each[1] for each in waiting}}
    begun = 0
    for reason, code, about, since in waiting:
        if number := page_number(since, times[code], now):
            page = page_custody(
                site=site, reason=reason, about=about, number=number, by=house(), now=now
            )
            begun += page is not None
    return begun
