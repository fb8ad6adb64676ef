"""A trial to allocate in: a sealed list, two people to activate it, and people whose gate is held open."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from holdfast.actions import activating, dispensing, kit_stock, randomizing
from holdfast.actions.activating import ToActivate
from holdfast.actions.allocations import PURPOSE, seal_allocation
from holdfast.actions.kit_stock import KitTold
from holdfast.actions.second_person import SecondProof
from holdfast.analysis.randomization.allocation import commitment
from holdfast.domain.identity import PersonIdentity
from holdfast.records.keys import site_key
from holdfast.records.models import Enrollment, KitKnown, ListActivated
from holdfast.unblinded.sealed_file import Heading, opened, read_heading, sealed
from tests.actions.clinic import Clinic, enrolled, found, written
from tests.actions.running import add_person, answer_of

STUDY, VERSION = "mapp2", 2
ACTIVE, PLACEBO = "zanzibarcontent", "quixotecontent"  # canaries: found nowhere outside the room
LOTS = {ACTIVE: "LOTZANZIBAR", PLACEBO: "LOTQUIXOTE"}
DESIGN = f"""
format = 1
title = "By sex"
protocol = "{STUDY}"
version = {VERSION}
method = "permuted-blocks"
slots = 12
block_sizes = [4, 6]

[[factor]]
code = "site"
levels = ["NORTH", "LARK"]

[[factor]]
code = "sex"
levels = ["female", "male"]

[[content]]
code = "{ACTIVE}"
arms = ["mdma"]
kits = 8

[[content]]
code = "{PLACEBO}"
arms = ["placebo"]
kits = 8
"""
MINIMIZED = DESIGN.replace(
    'method = "permuted-blocks"\nslots = 12\nblock_sizes = [4, 6]',
    'method = "minimization"\ncoin = 0.8\nmeasure = "range"',
)


def trial() -> Clinic:
    """A clinic with those who allocate, dispense and look into kits."""
    clinic = found()
    for login, role in (
        ("lead", "site-lead"),
        ("keeper", "pharmacist-unblinded"),
        ("pharmacist", "pharmacist"),
    ):
        add_person(clinic, login, role)
    return clinic


def sealed_list(folder: Path, design: str = DESIGN) -> bytes:
    """A list as ``holdfast allocate`` seals it."""
    file, out = folder / "design.toml", folder / f"{uuid4().hex}.sealed"
    file.write_text(design)
    seal_allocation(file, out)
    return out.read_bytes()


def inside(file: bytes) -> bytes:
    """What is sealed: the test alone looks."""
    return opened(file, site_key().subkey(PURPOSE))


def sealed_again(file: bytes, document: bytes, **changed: Any) -> bytes:
    """Another document under the same heading, as somebody who held the key could make it."""
    told = {**vars(read_heading(file)), "commitment": commitment(document)} | changed
    return sealed(Heading(**told), document, site_key().subkey(PURPOSE))


def activated(clinic: Clinic, file: bytes, **changed: Any) -> Any:
    """What activating answers; ``changed`` is of what is told."""
    given = {"proof", "second", "entry_id", "by"}
    told = {"protocol": STUDY, "version": VERSION, "sites": [clinic.site], "reason": "trial-begins"}
    told |= {key: value for key, value in changed.items() if key not in given}
    by = clinic.accounts["lead"]
    beside = {"user": clinic.accounts["keeper"], "beside": by, "now": clinic.now}
    asked = {
        "proof": clinic.proof(by),
        "second": SecondProof.made(**beside, method="pin"),
        "entry_id": uuid4(),
        "by": by,
    } | {key: value for key, value in changed.items() if key in given}
    return activating.activate_list(told=ToActivate(file=file, **told), now=clinic.now, **asked)


def a_list(clinic: Clinic, folder: Path, design: str = DESIGN) -> ListActivated:
    """A list in force."""
    written(activated(clinic, sealed_list(folder, design)))
    return ListActivated.objects.latest("recorded_at")


def hold_open(monkeypatch) -> None:
    """Every prerequisite is met, and an order stands: tests of slots and kits are about neither."""
    monkeypatch.setattr(randomizing, "answer_to", answer_of)
    monkeypatch.setattr(dispensing, "standing_order", lambda *_: SimpleNamespace(id=uuid4()))


def somebody(clinic: Clinic) -> Enrollment:
    """One more person of the trial."""
    name = uuid4().hex
    identity = PersonIdentity(
        family=name[:12],
        given=name[12:24],
        born_on=date(1970, 1, 1) + timedelta(days=int(name[:3], 16)),
        identifiers=(("urn:hospital", name),),
        contact=(),
    )
    return enrolled(clinic, identity=identity, bundle_sha256=name * 2)


def randomized(clinic: Clinic, enrollment: Enrollment, sex: str = "female", **given: Any) -> Any:
    """What randomizing answers."""
    told = {
        "levels": {"sex": sex},
        "entry_id": uuid4(),
        "by": clinic.coordinator,
        "now": clinic.now,
    }
    return randomizing.randomize(enrollment=enrollment, **(told | given))


def delivered(clinic: Clinic, file: bytes, each: int, complement: int | None = None, **given: Any):
    """What taking in so many kits of each content answers: the first of the list not yet at a site."""
    there = set(KitKnown.objects.values_list("number", flat=True))
    kits: list[KitTold] = []
    counts: Counter[str] = Counter()
    for number, content in json.loads(inside(file))["kits"]:
        if number not in there and counts[content] < each:
            counts[content] += 1
            kits.append(kit_told(number, content if content in LOTS else ACTIVE))
    asked = {"kits": kits, "complement": each if complement is None else complement}
    asked |= {"entry_id": uuid4(), "by": clinic.accounts["keeper"], "now": clinic.now} | given
    return kit_stock.take_in_kits(site=clinic.site, study=STUDY, **asked)


def kit_told(number: str, content: str, **changed: Any) -> KitTold:
    """A kit as its papers say."""
    told = {"number": number, "lot": LOTS[content], "expires_on": date(2026, 12, 31)}
    told |= {
        "certificate": "coa-17",
        "supplier": "a maker",
        "weight": "80 mg",
        "temperature": "2-8",
    }
    return KitTold(**(told | changed))


def dispensed(clinic: Clinic, enrollment: Enrollment, visit: str = "v5", **given: Any) -> Any:
    """What dispensing answers."""
    told = {"entry_id": uuid4(), "by": clinic.accounts["pharmacist"], "now": clinic.now} | given
    return dispensing.dispense(enrollment=enrollment, visit=visit, **told)
