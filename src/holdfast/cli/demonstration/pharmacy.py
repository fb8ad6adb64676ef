"""The drug store of the demonstration: two bottles, some weeks of the register, and a count that differs.

Everything is invented, also what is on the labels. Each movement is by the pharmacist with somebody
beside, through the same actions as the pages.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from holdfast.actions import counting, movements, stores
from holdfast.actions.movements import MovementTold, NewContainer
from holdfast.actions.second_person import Present, SecondProof
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.cli.demonstration.steps import Stage, Step, done
from holdfast.domain.movements import Kind, Place
from holdfast.records.supply import Container, CustodyPlace, DrugStore

SITE = "LARK"
PLACES = (
    ("safe", "Safe", Place.SAFE),
    ("returns", "Returned stock", Place.RETURNS),
    ("waste", "Waste, locked", Place.WASTE),
)
# What came: when, under which code and lot, how many capsules, and how many days it still keeps.
CAME = (
    (50, "lark-0001", "INVENTED-A7", 40, 400),
    (50, "lark-0002", "INVENTED-A3", 12, 26),
)


def steps(stage: Stage) -> Iterator[Step]:
    """What happened with the drug of the site, with its moments."""
    shop = _Shop(stage)
    opened = stage.office_hour(SITE, 52, "store")
    yield stage.step(opened, shop.open)
    for number, (code, title, kind) in enumerate(PLACES, start=1):
        at = opened + timedelta(minutes=number)
        yield stage.step(at, partial(shop.place, code, title, kind))
    for days, code, lot, size, keeps in CAME:
        at = stage.office_hour(SITE, days, "received", code)
        use_by = stage.date_at(SITE, stage.now) + timedelta(days=keeps)
        yield stage.step(at, partial(shop.receive, code, lot, size, use_by))
    yield stage.step(stage.office_hour(SITE, 31, "damaged"), partial(shop.waste, "lark-0001", "7"))
    yield stage.step(
        stage.office_hour(SITE, 20, "count"),
        partial(shop.count, {"lark-0001": 39, "lark-0002": 12}),
    )
    yield stage.step(
        stage.office_hour(SITE, 2, "count"),
        partial(shop.count, {"lark-0001": 39, "lark-0002": 11}),
    )


class _Shop:
    """The store while it is filled."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @property
    def store(self) -> DrugStore:
        return DrugStore.objects.select_related("site").get(site=self.stage.sites[SITE])

    def where(self, code: str) -> CustodyPlace:
        return CustodyPlace.objects.select_related("store__site").get(store=self.store, code=code)

    def by(self, name: str, at: datetime) -> dict[str, Any]:
        """Whose act it is."""
        who = self.stage.user("pharmacist", SITE)
        return {"entry_id": self.stage.entry("pharmacy", name), "by": who, "now": at}

    def present(self, at: datetime) -> Present:
        """The pharmacist and the coordinator, each shown to be who they are."""
        first, second = (self.stage.user(role, SITE) for role in ("pharmacist", "coordinator"))
        return Present(
            proof=ReauthenticationProof.made(user=first, now=at, method="password"),
            second=SecondProof.made(user=second, beside=first, now=at, method="password"),
        )

    def open(self, at: datetime) -> None:
        """The store itself."""
        told: dict[str, Any] = {"code": "pharmacy", "title": "Pharmacy"}
        done(stores.open_store(site=self.stage.sites[SITE], **told, **self.by("store", at)))

    def place(self, code: str, title: str, kind: Place, at: datetime) -> None:
        """A place of it."""
        told: dict[str, Any] = {"code": code, "title": title, "kind": kind}
        done(stores.add_place(store=self.store, **told, **self.by(f"place/{code}", at)))

    def receive(self, code: str, lot: str, size: int, use_by: date, at: datetime) -> None:
        """A bottle, counted when it came."""
        label = NewContainer(
            code=code,
            part="bottle",
            size=size,
            use_by=use_by,
            product="Invented capsules, for demonstration only",
            lot=lot,
        )
        told = MovementTold(
            kind=Kind.RECEIVE,
            container=label,
            capsules=f"1-{size}",
            at=at,
            to_place=self.where("safe").id,
        )
        self._moved(told, f"received/{code}", at)

    def waste(self, code: str, capsule: str, at: datetime) -> None:
        """A capsule that was found damaged."""
        told = MovementTold(
            kind=Kind.WASTE,
            container=Container.objects.get(code=code).id,
            capsules=capsule,
            at=at,
            from_place=self.where("safe").id,
            to_place=self.where("waste").id,
            reason="damaged",
        )
        self._moved(told, f"wasted/{code}", at)

    def count(self, seen: dict[str, int], at: datetime) -> None:
        """Who counts writes what is there."""
        rows = Container.objects.filter(code__in=seen)
        done(
            counting.count_place(
                place=self.where("safe"),
                counted={row.id: seen[row.code] for row in rows},
                at=at,
                present=self.present(at),
                **self.by(f"count/{at:%Y-%m-%d}", at),
            )
        )

    def _moved(self, told: MovementTold, name: str, at: datetime) -> None:
        here = self.present(at)
        done(
            movements.record_movement(
                store=self.store,
                told=told,
                second=here.second,
                proof=here.proof,
                **self.by(name, at),
            )
        )
