"""Papers of custody as PDF: the register as a jurisdiction wants it, the log of a trial, a site's statement."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import typst

from holdfast.domain.custody_rules import CustodyLaw
from holdfast.domain.register import Account
from holdfast.records.access import printed_name
from holdfast.records.custody_now import kept, law_of
from holdfast.records.custody_papers import Written, log_of, register_of, statement_of
from holdfast.records.people import Site, User
from holdfast.records.supply import Container, DrugStore
from holdfast.web.paper import FOLDER, _fonts
from holdfast.web.pharmacy.words import HAPPENED, REASON_WORDS

_REGISTER = (
    ("Written", "auto"),
    ("When", "auto"),
    ("What", "1.3fr"),
    ("Container", "1fr"),
    ("Capsules", "auto"),
    ("In", "auto"),
    ("Out", "auto"),
    ("Balance", "auto"),
    ("By", "1fr"),
    ("Second", "1fr"),
    ("For", "1fr"),
    ("Seal, document, reason", "1.3fr"),
)
_ACCOUNT = (
    ("Of", "2fr"),
    ("Use by", "auto"),
    ("Received", "auto"),
    ("Came from elsewhere", "auto"),
    ("Went elsewhere", "auto"),
    ("On hand", "auto"),
    ("Administered", "auto"),
    ("Returned", "auto"),
    ("Wasted", "auto"),
    ("Destroyed", "auto"),
    ("Lost", "auto"),
    ("Found", "auto"),
    ("Adds up", "auto"),
)
# What of the product does what a register must do.
_MEETS = {
    "running-balance": "The balance stands after each line.",
    "name-of-person": "Each line names who made it and who stood beside.",
    "sorted-by-drug": "Lines are sorted by drug.",
    "alteration-detectable": "Lines are chained and sealed: an altered or missing one is found by verify.",
    "no-shared-codes": "Each person proves who they are by a secret of their own.",
    "on-demand": "It is printed whenever it is asked for.",
    "kept-apart": "It holds controlled drugs alone.",
    "exact-count": "Every capsule is counted, also in open containers.",
    "recipient-named": "Each dispensed capsule names its person by number; the site holds the name.",
    "supplier-named": "The document of each receipt is kept by its hash.",
    "destruction-told": "Waste, destruction and their witnesses are lines of their own.",
}


def _pdf(content: Mapping[str, Any], made_at: datetime) -> bytes:
    """A paper of custody as PDF/UA-1: the same content and moment give the same bytes."""
    return typst.compile(
        (FOLDER / "custody.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )


def register_pdf(store: DrugStore, now: datetime) -> bytes:
    """The register of a store, by drug, with the true balance after each line."""
    law = law_of(store.site)
    names = _Names()
    parts = []
    for drug, lines in groupby(register_of(store), key=lambda one: one.line.drug):
        rows = [_register_row(one, names) for one in lines]
        parts.append(_part(drug, _REGISTER, rows))
    content = _paper("Register of controlled drugs", store.site, law, now, parts)
    content["facts"].insert(1, ["Store", f"{store.title} ({store.code})"])
    content["notes"] = [*_law_notes(law), *content["notes"]]
    return _pdf(content, now)


def log_pdf(site: Site, study: str | None, now: datetime) -> bytes:
    """The accountability log of a trial at a site: what became of each kit."""
    found = log_of(site, study)
    rows = [_account_row(account, containers) for account, containers in found]
    named = study or "stock of no trial"
    title = f"Accountability log, {named}"
    content = _paper(title, site, law_of(site), now, [_part("Kits and lots", _ACCOUNT, rows)])
    return _pdf(content, now)


def statement_pdf(site: Site, now: datetime) -> bytes:
    """The accountability statement of a site: everything that it ever had, with two signatures."""
    rows = [_account_row(account, ()) for account in statement_of(site)]
    law = law_of(site)
    content = _paper("Accountability statement", site, law, now, [_part("Drugs", _ACCOUNT, rows)])
    content["signatures"] = ["Responsible for the stock", "Second person", "Date"]
    return _pdf(content, now)


def _part(title: str, columns: Sequence[tuple[str, str]], rows: list[list[str]]) -> dict[str, Any]:
    return {
        "title": title or "Without a name",
        "columns": [name for name, _ in columns],
        "widths": [width for _, width in columns],
        "rows": rows,
        "none": "Nothing is on record.",
    }


def _paper(
    title: str, site: Site, law: CustodyLaw | None, now: datetime, parts: list[dict[str, Any]]
) -> dict[str, Any]:
    """What all papers say: whose they are, under which law, made when, and how long they are kept."""
    local = now.astimezone(ZoneInfo(site.zone))
    until = kept(site, now)
    keep = f"at least until {until.until} ({until.by})" if until.until else "not known"
    more = f"; not known: {', '.join(until.not_known)}" if until.not_known else ""
    return {
        "title": title,
        "site": site.name,
        "made": f"{local:%Y-%m-%d %H:%M %Z}",
        "facts": [
            ["Site", f"{site.name} ({site.code})"],
            ["Law", law.title if law else "not recorded for this site"],
            ["Made", f"{local:%Y-%m-%d %H:%M:%S %Z}"],
            ["Keep it", keep + more],
        ],
        "parts": parts or [_part("Drugs", _ACCOUNT, [])],
        "signatures": [],
        "notes": [
            "What was received and came, less what went elsewhere = on hand + administered + returned "
            "+ wasted + destroyed + lost - found. "
            "A blinded kit is known by its number; nothing here tells what it holds."
        ],
    }


def _law_notes(law: CustodyLaw | None) -> list[str]:
    """What the jurisdiction asks of a register, and how this one does it; what nobody looked up."""
    if law is None:
        return ["No law is recorded for this site: what its register must hold is not known."]
    asked = [
        f"{rule.wording} {' '.join(_MEETS[need] for need in rule.needs)} "
        f"Source: {rule.reference.title} ({rule.standing.value})."
        for rule in law.register_needs
    ]
    return [*asked, f"Not known: {' '.join(law.not_known)}"]


class _Names:
    """Printed names by account, each opened once."""

    def __init__(self) -> None:
        self._known: dict[Any, str] = {}

    def of(self, user: User | None) -> str:
        if user is None:
            return ""
        if user.id not in self._known:
            self._known[user.id] = printed_name(user)
        return self._known[user.id]


def _register_row(one: Written, names: _Names) -> list[str]:
    row, line = one.row, one.line
    zone = ZoneInfo(row.store.site.zone)
    why = row.reason or row.correction_reason
    sealed = [
        f"seal {row.seal}" if row.seal else "",
        f"document {row.document_sha256[:8]}" if row.document_sha256 else "",
        str(REASON_WORDS.get(why, why)) if why else "",
        f"lot {row.container.lot}" if row.container.lot else "",
    ]
    return [
        f"{row.recorded_at.astimezone(zone):%Y-%m-%d %H:%M}",
        f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}",
        str(HAPPENED.get(row.kind, row.kind)),
        row.container.code,
        row.capsules,
        str(line.change) if line.change > 0 else "",
        str(-line.change) if line.change < 0 else "",
        str(line.balance),
        names.of(row.moved_by),
        names.of(row.second) or "alone",
        row.enrollment.label if row.enrollment else "",
        ", ".join(part for part in sealed if part),
    ]


def _account_row(account: Account, containers: Sequence[Container]) -> list[str]:
    days = sorted({one.use_by.isoformat() for one in containers})
    return [
        account.name,
        ", ".join(days),
        *(
            str(number)
            for number in (
                *(account.received, account.moved_in, account.moved_on, account.on_hand),
                *(
                    account.administered,
                    account.returned,
                    account.wasted,
                    account.destroyed,
                    account.lost,
                    account.found,
                ),
            )
        ),
        "yes" if account.holds else "NO",
    ]
