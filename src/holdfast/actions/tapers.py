"""Medicines that are tapered: agreed with who prescribes them, dose by day, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from holdfast.actions.clinical import Entry, Pen, clinical_record
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import one_transaction, refused_where_erased
from holdfast.domain.laboratory import is_ucum
from holdfast.records.clinical_care import SafetyPlan, TaperPlan, TaperStep, TaperTurn
from holdfast.records.clinical_now import standing
from holdfast.records.course import Deviation
from holdfast.records.facts import Fact
from holdfast.records.keys import sealed

BEFORE_SAFETY_PLAN = "taper-before-safety-plan"


@dataclass(frozen=True)
class Dose:
    """From a day on, this much a day."""

    from_day: date
    dose: Decimal
    unit: str


@dataclass(frozen=True)
class Agreed:
    """A taper as it was agreed. ``last_dose_on`` None: the medicine is lowered, not stopped."""

    medicine: str = field(repr=False)
    prescriber: str = field(repr=False)
    agreed_on: date
    stop_criteria: str = field(repr=False)
    symptoms: str = field(repr=False)
    restart_by: str
    last_dose_on: date | None
    doses: tuple[Dose, ...]

    def problem(self) -> str | None:
        """The code of what does not fit together; None where it can be kept."""
        words = (self.medicine, self.prescriber, self.stop_criteria, self.symptoms)
        if not all(text.strip() for text in words):
            return "words-missing"
        if self.restart_by not in TaperPlan.RESTART_BY:
            return "restart-by-unknown"
        if not self.doses:
            return "doses-missing"
        days = [one.from_day for one in self.doses]
        if days != sorted(set(days)):
            return "doses-out-of-order"
        if self.last_dose_on is not None and self.last_dose_on < days[-1]:
            return "last-dose-before-a-step"
        if any(one.dose < 0 or not is_ucum(one.unit) for one in self.doses):
            return "dose-does-not-fit"
        return None


@refused_where_erased
@one_transaction
def agree_taper(*, entry: Entry, agreed: Agreed, replaces: TaperPlan | None = None) -> Answered:
    """Keep a taper that was agreed outside. One without a safety plan is kept, and is a deviation."""

    def check() -> Refusal | None:
        if problem := agreed.problem():
            return Refusal(problem)
        is_old = replaces is not None and TaperPlan.objects.filter(corrects=replaces).exists()
        return Refusal("already-corrected") if is_old else None

    def made(pen: Pen) -> Sequence[Fact]:
        plan = _plan(pen, agreed, replaces)
        steps = [
            TaperStep(
                id=pen.id_of(f"step/{number}"),
                plan=plan,
                from_day=one.from_day,
                dose=one.dose,
                unit=one.unit,
            )
            for number, one in enumerate(agreed.doses)
        ]
        late = [] if standing(SafetyPlan, entry.enrollment) else [_deviation(pen)]
        return [plan, *steps, *late]

    what = {"agreed": agreed, "replaces": replaces.id if replaces else None}
    values = {"restart_by": agreed.restart_by, "steps": len(agreed.doses)}
    return clinical_record("taper-agreed", entry, what, made, check=check, values=values)


def _plan(pen: Pen, agreed: Agreed, replaces: TaperPlan | None) -> TaperPlan:
    plan = TaperPlan(
        id=pen.id_of("plan"),
        corrects_id=replaces.id if replaces else None,
        correction_reason="agreed-anew" if replaces else "",
        enrollment=pen.entry.enrollment,
        agreed_on=agreed.agreed_on,
        restart_by=agreed.restart_by,
        last_dose_on=agreed.last_dose_on,
    )
    for column in ("medicine", "prescriber", "stop_criteria", "symptoms"):
        setattr(plan, column, sealed(pen.key, plan, column, getattr(agreed, column).strip()))
    return plan


def _deviation(pen: Pen) -> Deviation:
    return Deviation(
        id=pen.id_of("deviation"),
        enrollment=pen.entry.enrollment,
        kind=BEFORE_SAFETY_PLAN,
        on=local_date(pen.entry.enrollment.site, pen.stream.now),
        cause="no-safety-plan",
    )


@refused_where_erased
@one_transaction
def record_taper_turn(
    *, entry: Entry, plan: TaperPlan, kind: str, on_day: date, words: str = ""
) -> Answered:
    """Record what befell a taper. A postponed dosing session opens the decision on restarting again."""

    def check() -> Refusal | None:
        if kind not in TaperTurn.KINDS:
            return Refusal("turn-unknown")
        is_ahead = on_day > local_date(entry.enrollment.site, entry.now)
        return Refusal("in-the-future") if is_ahead else None

    def made(pen: Pen) -> Sequence[Fact]:
        fact = TaperTurn(
            id=pen.id_of("turn"),
            enrollment=entry.enrollment,
            plan=plan,
            kind=kind,
            on_day=on_day,
            decided_at=pen.stream.now,
            decided_by=entry.by,
        )
        if words.strip():
            fact.words = sealed(pen.key, fact, "words", words.strip())
        return [fact]

    what = {"plan": plan.id, "kind": kind, "on": on_day, "words": words}
    return clinical_record("taper-turned", entry, what, made, check=check, values={"kind": kind})
