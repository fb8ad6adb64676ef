"""How the pages about medicines are written: one person, one medicine, one day, what follows."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from holdfast.definitions import interactions
from holdfast.domain.answers import Answer, MedicationEntry, Source, SourceKind
from holdfast.domain.findings import Finding, Outcome
from holdfast.domain.limits import SignedLimit
from holdfast.domain.medications import MedicationAssessment, assess, medication_findings

TODAY = date(2026, 3, 31)
TABLE = interactions.load()


def signed_as_proposed() -> dict[str, SignedLimit]:
    """Every number of the table that has a value, signed for the site as it stands."""
    return {
        code: SignedLimit(code, limit.value, limit.unit, "Dr Amara Osei", date(2026, 1, 1))
        for code, limit in TABLE.limits.items()
        if limit.value is not None and limit.needs_signature
    }


def signed(**values: int) -> dict[str, SignedLimit]:
    """As proposed, with these numbers in place of the table's (underscores for hyphens)."""
    limits = signed_as_proposed()
    for name, value in values.items():
        code = name.replace("_", "-")
        unit = TABLE.limits[code].unit
        limits[code] = SignedLimit(code, Decimal(value), unit, "Dr Amara Osei", date(2026, 1, 1))
    return limits


@dataclass(frozen=True)
class Page:
    """A list of medicines on a day. ``limits`` are what the site's physician signed."""

    entries: tuple[MedicationEntry, ...]
    limits: dict[str, SignedLimit]
    answers: tuple[Answer, ...] = ()
    as_of: date = TODAY

    def and_also(self, other: "Page") -> "Page":
        return replace(self, entries=(*self.entries, *other.entries))

    def with_limits(self, limits: dict[str, SignedLimit]) -> "Page":
        return replace(self, limits=limits)

    def answered(self, question: str, value: bool | str) -> "Page":
        answer = Answer(question, value, Source(SourceKind.TOLD, "hand"))
        return replace(self, answers=(*self.answers, answer))

    def on(self, day: date) -> "Page":
        return replace(self, as_of=day)

    @property
    def assessments(self) -> tuple[MedicationAssessment, ...]:
        return assess(self.entries, TABLE, self.as_of, self.limits, self.answers)

    @property
    def answer(self) -> MedicationAssessment:
        (only,) = self.assessments
        return only

    @property
    def findings(self) -> dict[str, Finding]:
        return {f.code: f for f in medication_findings(self.assessments, self.answers)}

    def expect(self, outcome: str, reason: str, **fields: object) -> MedicationAssessment:
        """The outcome, its reason, and any field of the assessment by its name."""
        answer = self.answer
        assert (answer.outcome, answer.reason) == (Outcome(outcome), reason)
        for name, value in fields.items():
            assert getattr(answer, name) == value, name
        return answer


def takes(name: str, *codes: str, last: date | None = None) -> Page:
    """Somebody who takes this medicine now, at a site that signed the proposed numbers."""
    return _page(name, codes, True, last)


def stopped(name: str, *codes: str, last: date | None = None) -> Page:
    """Somebody who no longer takes it."""
    return _page(name, codes, False, last)


def perhaps_takes(name: str, *codes: str, last: date | None = None) -> Page:
    """Somebody of whom the record does not say whether they still take it."""
    return _page(name, codes, None, last)


def _page(name: str, codes: tuple[str, ...], is_current: bool | None, last: date | None) -> Page:
    entry = MedicationEntry(
        name, codes, is_current, last, Source(SourceKind.RECORD, "Medication/1")
    )
    return Page((entry,), signed_as_proposed())
