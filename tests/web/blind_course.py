"""One trial's course, told with a clock and a chance that are injected: what is run twice.

The file that both runs begin with is built once: a list was activated, and in the sealed room its
arms were given names that occur nowhere else. Everything of the course goes through the actions.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import timezone

from holdfast.actions import randomizing
from holdfast.actions.activating import ToActivate, activate_list
from holdfast.actions.allocations import seal_allocation
from holdfast.actions.code_breaks import Broken
from holdfast.actions.guesses import record_guess
from holdfast.actions.outcomes import Refusal
from holdfast.actions.second_person import SecondProof
from holdfast.domain.identity import PersonIdentity
from holdfast.records.models import Enrollment, Site, User
from tests.actions.blinded import broke
from tests.actions.clinic import Clinic, enrolled, written
from tests.actions.ordering import approved
from tests.actions.running import answer_of
from tests.web import blind_supply
from tests.web.blind_words import ARMS, CONTENTS, STUDY
from tests.web.clinic import SITE
from tests.web.drawn import Source
from tests.web.sealed_map import rewrite

DESIGN = f"""
format = 1
title = "One site, by sex"
protocol = "{STUDY}"
version = 2
method = "permuted-blocks"
slots = 4
block_sizes = [4]

[[factor]]
code = "sex"
levels = ["female", "male"]

[[content]]
code = "{CONTENTS[0]}"
arms = ["mdma"]
kits = 8

[[content]]
code = "{CONTENTS[1]}"
arms = ["placebo"]
kits = 8
"""
PEOPLE = ("Ash", "Birch", "Cedar", "Dogwood", "Elm")


def staff() -> Clinic:
    """Everybody of the clinic, now."""
    accounts = {user.login: user for user in User.objects.all()}
    return Clinic(Site.objects.get(code=SITE), accounts["admin"], accounts, timezone.now())


def prepare(folder: Path) -> None:
    """In the clinic's database: people who wait, and a list that was activated."""
    clinic = staff()
    for number, name in enumerate(PEOPLE, 1):
        identity = PersonIdentity(
            family=name,
            given="Robin",
            born_on=clinic.now.date() - timedelta(days=14000 + number),
            identifiers=(("urn:hospital", f"MRN-{number}"),),
            contact=("+61 000",),
        )
        last = enrolled(clinic, identity=identity, bundle_sha256=f"{number:064x}")
    approved(clinic, last, "united-states")
    file, sealed = folder / "design.toml", folder / "list.sealed"
    file.write_text(DESIGN)
    seal_allocation(file, sealed)
    first, second = clinic.accounts["site-lead"], clinic.accounts["statistician-unblinded"]
    written(
        activate_list(
            told=ToActivate(
                file=sealed.read_bytes(),
                protocol=STUDY,
                version=2,
                sites=[clinic.site],
                reason="trial-begins",
            ),
            proof=clinic.proof(first),
            second=SecondProof.made(user=second, beside=first, now=clinic.now, method="pin"),
            entry_id=uuid4(),
            by=first,
            now=clinic.now,
        )
    )
    assert rewrite(dict(zip(("mdma", "placebo"), ARMS, strict=True))) > 8


def swap() -> int:
    """In this file, whoever had one arm has the other, and each kit what the other kind held."""
    pairs = (ARMS, CONTENTS)
    return rewrite({a: b for pair in pairs for a, b in (pair, pair[::-1])})


@dataclass
class Course:
    """The course as it goes on; ``is_swapped`` is of what the unblinded type, who see what they hold."""

    source: Source
    is_swapped: bool
    refused: dict[str, Refusal] = field(default_factory=dict)
    shown: list[Broken] = field(default_factory=list)
    steps: int = 0

    def staff(self, **passed: float) -> Clinic:
        """Everybody, at the next step."""
        self.steps += 1
        self.source.at(f"step {self.steps}", **(passed or {"minutes": 7}))
        return staff()

    def people(self) -> list[Enrollment]:
        """Those who wait for randomization, in the order in which they came."""
        rows = Enrollment.objects.select_related("site", "person").filter(number__gt=1)
        return list(rows.order_by("number"))

    def refusal(self, what: str, answered: Any) -> None:
        """Something that had to be refused was, and in these words."""
        assert isinstance(answered, Refusal), answered
        self.refused[what] = answered

    def run(self, until: str = "") -> None:
        """From the first delivery to the last guess, or until one step was done."""
        steps = {
            "take in": lambda: blind_supply.take_in(self, 5),
            "randomize": self.randomize,
            "order": lambda: blind_supply.order(self),
            "dispense": lambda: blind_supply.dispense_all(self),
            "give": lambda: blind_supply.kit_given(self),
            "count": lambda: blind_supply.count(self),
            "recall": lambda: blind_supply.recall(self),
            "run out": lambda: blind_supply.run_out(self),
            "resupply": lambda: blind_supply.resupply(self),
            "guess": self.guess,
        }
        for name, step in steps.items():
            step()
            if name == until:
                return

    def randomize(self) -> None:
        """Four people take the list's slots; for the fifth there is none."""
        *first, last = self.people()
        for one in first:
            written(self._slot(one))
        self.refusal("list full", self._slot(last))
        self.refusal("randomized twice", self._slot(first[0]))

    def _slot(self, one: Enrollment) -> Any:
        clinic = self.staff()
        return randomizing.randomize(
            enrollment=one,
            levels={"sex": "female"},
            entry_id=uuid4(),
            by=clinic.coordinator,
            now=clinic.now,
        )

    def guess(self) -> None:
        """A therapist's guess, signed; and one of an arm that there is not."""
        person = self.people()[0]
        for guess in ("mdma", "nothing"):
            clinic = self.staff()
            answered = record_guess(
                enrollment=person,
                moment="after-first-session",
                guesser="therapist",
                guess=guess,
                confidence=60,
                reason_code="effects-felt",
                proof=clinic.proof(clinic.therapist),
                entry_id=uuid4(),
                by=clinic.therapist,
                now=clinic.now,
            )
            if guess == "mdma":
                written(answered)
            else:
                self.refusal("guess", answered)

    def unblind(self) -> None:
        """One person's blind is broken in an emergency, at the very end."""
        self.shown.append(
            broke(self.staff(), self.people()[1], words="Fitting, and no pulse known")
        )


def gates_open(patch: Any) -> None:
    """What stands before randomization is tested elsewhere: here everybody has it."""
    patch.setattr(randomizing, "answer_to", answer_of)
