"""The kits of the course that is run twice: taken in, ordered, dispensed, given, counted, recalled."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from holdfast.actions.boxes import BoxPart, issue_box, return_box
from holdfast.actions.counting import count_place
from holdfast.actions.dispensing import dispense
from holdfast.actions.kit_stock import KitTold, ask_for_kits, bar_kits, recall_lot, take_in_kits
from holdfast.actions.movements import MovementTold, NewContainer, record_movement
from holdfast.actions.second_person import Present, SecondProof
from holdfast.domain.movements import Kind
from holdfast.records.models import (
    Container,
    CustodyPlace,
    DosingSession,
    DrugStore,
    Enrollment,
    KitDispensed,
    KitKnown,
)
from tests.actions.clinic import Clinic, written
from tests.actions.ordering import an_order, let_in, told_order
from tests.actions.sessions import Sitting, opened, pass_gate
from tests.web.blind_words import (
    CERTIFICATES,
    CONTENTS,
    EXPIRIES,
    LOTS,
    STUDY,
    SUPPLIERS,
    TEMPERATURES,
    WEIGHTS,
)
from tests.web.sealed_map import said_by

VISIT, LATER_VISIT = "v5", "v10"
PARTS = (("initial", "1-2"), ("supplement", "1"))


def take_in(course: Any, each: int) -> None:
    """The unblinded pharmacist takes in so many kits of each content, with the maker's papers."""
    wanted = {number for own in _kits_by_content(course) for number in own[:each]}
    written(_delivery(course, wanted, each))


def _kits_by_content(course: Any) -> list[list[str]]:
    """Numbers of kits that are not here yet, by content, in one order in both runs."""
    here = set(KitKnown.objects.values_list("number", flat=True))
    order = CONTENTS[::-1] if course.is_swapped else CONTENTS
    rows = said_by("kit")
    return [
        sorted(n for n, row in rows.items() if row["content"] == each and n not in here)
        for each in order
    ]


def _delivery(course: Any, numbers: set[str], complement: int) -> Any:
    clinic = course.staff()
    rows = said_by("kit")
    return take_in_kits(
        site=clinic.site,
        study=STUDY,
        kits=[_papers(number, str(rows[number]["content"])) for number in sorted(numbers)],
        complement=complement,
        entry_id=uuid4(),
        by=clinic.accounts["pharmacist-unblinded"],
        now=clinic.now,
    )


def _papers(number: str, content: str) -> KitTold:
    which = CONTENTS.index(content)
    return KitTold(
        number=number,
        lot=lot_of(number, content),
        expires_on=date.fromisoformat(EXPIRIES[which]),
        certificate=CERTIFICATES[which],
        supplier=SUPPLIERS[which],
        weight=WEIGHTS[which],
        temperature=TEMPERATURES[which],
    )


def lot_of(number: str, content: str) -> str:
    """Each content came in two lots."""
    return LOTS[CONTENTS.index(content)] + ("ODD" if int(number[-3]) % 2 else "EVEN")


def order(course: Any) -> None:
    """A prescriber orders what three people are to be given, without knowing what it will be."""
    for person in course.people()[:3]:
        let_in(course.staff(), person)
        _order(course, person, VISIT)


def _order(course: Any, person: Enrollment, visit: str) -> None:
    clinic = course.staff()
    told = {"visit": visit, "initial_mg": Decimal(80), "product": ""}
    an_order(clinic, person, told_order(clinic, **told))


def dispensed(course: Any, person: Enrollment, visit: str = VISIT) -> Any:
    """What dispensing answers."""
    clinic = course.staff()
    by = clinic.accounts["pharmacist"]
    told = {"visit": visit, "entry_id": uuid4(), "by": by, "now": clinic.now}
    return dispense(enrollment=person, **told)


def dispense_all(course: Any) -> None:
    """Each of those with an order gets a kit; the others a reason."""
    people = course.people()
    for person in people[:3]:
        written(dispensed(course, person))
    course.refusal("dispensed twice", dispensed(course, people[0]))
    course.refusal("no order", dispensed(course, people[3]))
    course.refusal("not randomized", dispensed(course, people[4]))


def kit_given(course: Any) -> None:
    """One person's kit: received, assigned, issued as a box, opened, swallowed; the rest comes back."""
    person = course.people()[0]
    number = KitDispensed.objects.get(enrollment=person).kit.number
    for part, capsules in PARTS:
        _received(course, number, part, capsules, person)
    _boxed(course, person)
    session = _session(course, person)
    initial = _container(person, "initial")
    told = {"enrollment": person.id, "session": session.id, "visit": VISIT}
    at_lock = told | {"from_place": _place("room-lock").id}
    written(_room(course, Kind.OPEN, initial, **at_lock, seal="S-initial"))
    written(_room(course, Kind.HAND_OVER, initial, **at_lock))
    written(_room(course, Kind.SWALLOWED, initial, **told))
    _readings(course, session)
    _back(course, person)


def _store() -> DrugStore:
    return DrugStore.objects.select_related("site").get(code="main")


def _place(code: str) -> CustodyPlace:
    return CustodyPlace.objects.select_related("store__site").get(store=_store(), code=code)


def _container(person: Enrollment, part: str) -> Container:
    number = KitDispensed.objects.get(enrollment=person).kit.number
    return Container.objects.get(kit_number=number, part=part)


def _present(clinic: Clinic, by: str, second: str) -> Present:
    first, other = clinic.accounts[by], clinic.accounts[second]
    beside = SecondProof.made(user=other, beside=first, now=clinic.now, method="pin")
    return Present(proof=clinic.proof(first), second=beside)


def _move(course: Any, by: str, second: str, **told: Any) -> Any:
    clinic = course.staff()
    present = _present(clinic, by, second)
    return record_movement(
        store=_store(),
        told=MovementTold(at=clinic.now, **told),
        second=present.second,
        proof=present.proof,
        entry_id=uuid4(),
        by=clinic.accounts[by],
        now=clinic.now,
    )


def _room(course: Any, kind: Kind, container: Container, **told: Any) -> Any:
    told |= {"container": container.id, "capsules": "1-2"}
    return _move(course, "therapist", "physician", kind=kind, **told)


def _received(course: Any, number: str, part: str, capsules: str, person: Enrollment) -> None:
    use_by = KitKnown.objects.get(number=number).use_by
    label = NewContainer(
        code=f"{number}-{part}", part=part, size=2, use_by=use_by, kit_number=number, product="kit"
    )
    safe = _place("safe").id
    two = ("pharmacist", "therapist")
    told = {"capsules": capsules}
    received = told | {"container": label, "to_place": safe}
    written(_move(course, *two, kind=Kind.RECEIVE, **received))
    assigned = told | {"container": _container(person, part).id, "from_place": safe}
    written(_move(course, *two, kind=Kind.ASSIGN, enrollment=person.id, **assigned))


def _boxed(course: Any, person: Enrollment) -> None:
    clinic = course.staff()
    parts = [
        BoxPart(
            dose=part,
            container=_container(person, part).id,
            capsules=capsules,
            from_place=_place("safe").id,
            seal=f"S-{part}",
        )
        for part, capsules in PARTS
    ]
    written(
        issue_box(
            store=_store(),
            enrollment=person,
            visit=VISIT,
            parts=parts,
            to=_place("room-lock"),
            present=_present(clinic, "pharmacist", "therapist"),
            at=clinic.now,
            entry_id=uuid4(),
            by=clinic.accounts["pharmacist"],
            now=clinic.now,
        )
    )


def _session(course: Any, person: Enrollment) -> DosingSession:
    clinic = course.staff()
    pass_gate(clinic, person, VISIT)
    return opened(clinic, person)


def _readings(course: Any, session: DosingSession) -> None:
    """Two readings; the second raises an alarm."""
    for systolic, diastolic in ((124, 78), (221, 124)):
        written(Sitting(course.staff(), session).reading(systolic, diastolic))


def _back(course: Any, person: Enrollment) -> None:
    clinic = course.staff()
    written(
        return_box(
            store=_store(),
            enrollment=person,
            visit=VISIT,
            to=_place("returns"),
            present=_present(clinic, "pharmacist", "therapist"),
            at=clinic.now,
            entry_id=uuid4(),
            by=clinic.accounts["pharmacist"],
            now=clinic.now,
            seals={_container(person, "supplement").id: "S-supplement"},
        )
    )


def count(course: Any) -> None:
    """What came back is counted, and one capsule too many is found."""
    clinic = course.staff()
    person = course.people()[0]
    written(
        count_place(
            place=_place("returns"),
            counted={_container(person, "supplement").id: 2},
            at=clinic.now,
            present=_present(clinic, "pharmacist", "therapist"),
            entry_id=uuid4(),
            by=clinic.accounts["pharmacist"],
            now=clinic.now,
        )
    )


def recall(course: Any) -> None:
    """A maker calls one lot back: the same kits in both runs, of another content in each."""
    first = _kits_here(course)[0]
    clinic = course.staff()
    told = {"site": clinic.site, "study": STUDY, "entry_id": uuid4(), "now": clinic.now}
    keeper = clinic.accounts["pharmacist-unblinded"]
    written(recall_lot(lot=first, by=keeper, **told))
    clinic = course.staff()
    told |= {"entry_id": uuid4(), "now": clinic.now}
    course.refusal("no such lot", recall_lot(lot="none", by=keeper, **told))


def _kits_here(course: Any) -> list[str]:
    """The lots of the kits of one content, the one that was called so in the first run first."""
    rows = said_by("stock")
    mine = CONTENTS[1 if course.is_swapped else 0]
    known = said_by("kit")
    return sorted({row["lot"] for number, row in rows.items() if known[number]["content"] == mine})


def run_out(course: Any) -> None:
    """What is left lay too warm: nobody gets a kit, whatever they would have been given."""
    clinic = course.staff()
    left = list(KitKnown.objects.filter(dispensed=None, bars=None).values_list("number", flat=True))
    told = {"site": clinic.site, "study": STUDY, "entry_id": uuid4(), "now": clinic.now}
    by = clinic.accounts["pharmacist"]
    if left:
        written(bar_kits(kits=left, ground="excursion", by=by, **told))
    for number, person in enumerate(course.people()[:3]):
        _order(course, person, LATER_VISIT)
        course.refusal(f"no kit {number}", dispensed(course, person, LATER_VISIT))


def resupply(course: Any) -> None:
    """The site asks for more, and gets it: of both contents, and then what is left of one alone."""
    clinic = course.staff()
    by = clinic.accounts["pharmacist"]
    told = {"study": STUDY, "least": 4, "days": 60, "by": by, "now": clinic.now}
    written(ask_for_kits(site=clinic.site, entry_id=uuid4(), **told))
    take_in(course, 2)
    written(_delivery(course, set(_kits_by_content(course)[1]), 2))
    written(dispensed(course, course.people()[0], LATER_VISIT))
