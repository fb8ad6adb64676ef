"""Laboratory and ECG: ordered, collected, resulted with the laboratory's own range, reviewed and signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from holdfast.actions.candidates import Told, candidate
from holdfast.actions.clinical import Entry, Pen, alarm, clinical_record
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import one_transaction, refused_where_erased
from holdfast.definitions.clinical import analyte_of, analytes, tests
from holdfast.domain.laboratory import is_loinc, is_ucum, qtcf_ms, range_of
from holdfast.records.clinical import (
    ResultReview,
    TestCancelled,
    TestCollected,
    TestOrder,
    TestResult,
)
from holdfast.records.clinical_now import cancelled, standing_results
from holdfast.records.facts import Fact
from holdfast.records.keys import sealed

FRIDERICIA = "fridericia"


@dataclass(frozen=True)
class Measured:
    """One line of a report: a value with its unit, or a finding; ``range_words`` as it stands there."""

    loinc: str
    value: Decimal | None = None
    unit: str = ""
    finding: str = ""
    range_words: str = ""
    is_critical: bool | None = None

    def problem(self) -> str | None:
        """The code of what cannot be kept; None where it can."""
        if not is_loinc(self.loinc):
            return "loinc-does-not-fit"
        if (self.value is None) == (not self.finding):
            return "value-or-finding"
        if self.value is not None and not (self.value.is_finite() and is_ucum(self.unit)):
            return "unit-is-not-ucum"
        known = analyte_of(self.loinc)
        if known is not None and known.derived:
            return "value-is-derived"
        if known is not None and self.value is not None and self.unit not in known.units:
            return "unit-of-another"
        if known is not None and self.finding and self.finding not in known.findings:
            return "finding-unknown"
        return None


@refused_where_erased
@one_transaction
def order_test(
    *,
    entry: Entry,
    test: str,
    visit: str = "",
    review_due_at: datetime,
) -> Answered:
    """Order a test, and say by when its results are to be reviewed."""

    def check() -> Refusal | None:
        if test not in tests():
            return Refusal("test-unknown")
        return Refusal("due-before-now") if review_due_at <= entry.now else None

    def made(pen: Pen) -> Sequence[Fact]:
        return [
            TestOrder(
                id=pen.id_of("order"),
                enrollment=entry.enrollment,
                test=test,
                visit=visit,
                ordered_at=pen.stream.now,
                ordered_by=entry.by,
                review_due_at=review_due_at,
            )
        ]

    what = {"test": test, "visit": visit, "due": review_due_at}
    return clinical_record("test-ordered", entry, what, made, check=check, values={"test": test})


@refused_where_erased
@one_transaction
def record_collected(*, entry: Entry, order: TestOrder, collected_at: datetime) -> Answered:
    """Record that what was ordered was taken."""

    def check() -> Refusal | None:
        if collected_at > entry.now:
            return Refusal("in-the-future")
        is_taken = TestCollected.objects.filter(order=order).exists()
        return Refusal("collected-already") if is_taken else None

    def made(pen: Pen) -> Sequence[Fact]:
        return [
            TestCollected(
                id=pen.id_of("collected"),
                enrollment=entry.enrollment,
                order=order,
                collected_at=collected_at,
                collected_by=entry.by,
            )
        ]

    what = {"order": order.id, "collected_at": collected_at}
    values = {"test": order.test}
    return clinical_record("test-collected", entry, what, made, check=check, values=values)


@refused_where_erased
@one_transaction
def cancel_order(*, entry: Entry, order: TestOrder, reason: str, words: str = "") -> Answered:
    """Cancel what was ordered and is not reported yet. It stays in the record, with who and why."""

    def check() -> Refusal | None:
        if reason not in TestCancelled.REASONS:
            return Refusal("reason-unknown")
        if standing_results(order):
            return Refusal("order-was-reported")
        return Refusal("already-cancelled") if cancelled(order) else None

    def made(pen: Pen) -> Sequence[Fact]:
        fact = TestCancelled(
            id=pen.id_of("cancelled"),
            enrollment=entry.enrollment,
            order=order,
            reason=reason,
            cancelled_at=pen.stream.now,
            cancelled_by=entry.by,
        )
        if words:
            fact.words = sealed(pen.key, fact, "words", words)
        return [fact]

    what = {"order": order.id, "reason": reason, "words": words}
    values = {"test": order.test, "reason": reason}
    return clinical_record("test-cancelled", entry, what, made, check=check, values=values)


@refused_where_erased
@one_transaction
def record_results(
    *, entry: Entry, order: TestOrder, measured: Sequence[Measured], resulted_at: datetime
) -> Answered:
    """Write in a report. What is critical is paged at once; QTcF is derived where it can be.

    A line for what was reported before corrects it. What was not taken yet is recorded all the
    same: the paper is there.
    """
    if not measured:
        return Refusal("nothing-to-record")
    if resulted_at > entry.now:
        return Refusal("in-the-future")
    if problem := next((p for one in measured if (p := one.problem())), None):
        return Refusal(problem)
    if len({one.loinc for one in measured}) != len(measured):
        return Refusal("line-twice")
    try:
        derived = _derived(measured)
    except ValueError:
        return Refusal("qt-does-not-fit")

    def made(pen: Pen) -> Sequence[Fact]:
        before = {row.loinc: row for row in standing_results(order)}
        facts: list[Fact] = [
            _result(pen, order, one, before, resulted_at) for one in (*measured, *derived)
        ]
        critical = [one for one in measured if one.is_critical]
        if critical:
            facts += alarm(pen, "result-critical", pen.id_of("report"))
            facts += [_candidate(pen, order, one) for one in critical]
        return facts

    what = {"order": order.id, "measured": list(measured), "resulted_at": resulted_at}
    values = {"test": order.test, "critical": any(one.is_critical for one in measured)}
    return clinical_record("test-resulted", entry, what, made, values=values, with_site=True)


def _candidate(pen: Pen, order: TestOrder, one: Measured) -> Fact:
    """A critical value as a possible adverse event, in the laboratory's own words and numbers."""
    known = analyte_of(one.loinc)
    value = one.finding if one.value is None else f"{one.value} {one.unit}"
    words = f"{known.title if known else one.loinc}: {value} ({one.range_words or '?'})"
    return candidate(pen, Told(words, "laboratory", order.id), f"candidate/{one.loinc}")


def _derived(measured: Sequence[Measured]) -> list[Measured]:
    """QTcF where the QT interval and the heart rate of the same recording are there."""
    by_code = {known.code: one for one in measured if (known := analyte_of(one.loinc))}
    qt, rate = by_code.get("qt"), by_code.get("heart-rate")
    if qt is None or rate is None or qt.value is None or rate.value is None:
        return []
    value = Decimal(qtcf_ms(qt.value, rate.value))
    return [Measured(analytes()["qtcf"].loinc, value, "ms")]


def _result(
    pen: Pen,
    order: TestOrder,
    one: Measured,
    before: Mapping[str, TestResult],
    resulted_at: datetime,
) -> TestResult:
    earlier = before.get(one.loinc)
    low, high = range_of(one.range_words)
    known = analyte_of(one.loinc)
    fact = TestResult(
        id=pen.id_of(f"result/{one.loinc}"),
        corrects_id=earlier.id if earlier else None,
        correction_reason="reported-anew" if earlier else "",
        enrollment=pen.entry.enrollment,
        order=order,
        loinc=one.loinc,
        value=one.value,
        finding=one.finding,
        unit=one.unit,
        low=low,
        high=high,
        resulted_at=resulted_at,
        is_critical=one.is_critical,
        formula=FRIDERICIA if known is not None and known.derived else "",
    )
    if one.range_words:
        fact.range_words = sealed(pen.key, fact, "range_words", one.range_words)
    return fact


@refused_where_erased
@one_transaction
def review_results(
    *,
    entry: Entry,
    order: TestOrder,
    is_acceptable: bool,
    stands_until: date | None,
    resolves_critical: bool = False,
    words: str = "",
    proof: ReauthenticationProof | None,
) -> Answered:
    """A physician signs what follows from every result of an order, bound to exactly those."""

    def check() -> Refusal | None:
        rows = standing_results(order)
        unfit = _unfit(rows, is_acceptable, stands_until, resolves_critical)
        return unfit or proof_refused(proof, entry.by, entry.now)

    def made(pen: Pen) -> Sequence[Fact]:
        fact = ResultReview(
            id=pen.id_of("review"),
            enrollment=entry.enrollment,
            order=order,
            is_acceptable=is_acceptable,
            stands_until=stands_until if is_acceptable else None,
            resolves_critical=resolves_critical,
            reviewed_at=pen.stream.now,
            reviewed_by=entry.by,
            signature_id=pen.id_of("signature"),
        )
        if words:
            fact.words = sealed(pen.key, fact, "words", words)
        assert proof is not None
        signature = sign(
            pen.stream,
            fact.signature_id,
            [fact, *standing_results(order)],
            meaning="reviews-results",
            role=role_with(entry.by, entry.enrollment, "result.review", entry.now),
            by=entry.by,
            proof=proof,
        )
        return [signature, fact]

    what = {
        "order": order.id,
        "is_acceptable": is_acceptable,
        "stands_until": stands_until,
        "resolves": resolves_critical,
        "words": words,
    }
    return clinical_record(
        "results-reviewed",
        entry,
        what,
        made,
        permission="result.review",
        check=check,
        values={"test": order.test, "acceptable": is_acceptable},
    )


def _unfit(
    rows: Sequence[TestResult], is_acceptable: bool, until: date | None, resolves: bool
) -> Refusal | None:
    if not rows:
        return Refusal("result-missing")
    if is_acceptable and until is None:
        return Refusal("stands-until-missing")
    if is_acceptable and any(row.is_critical for row in rows) and not resolves:
        return Refusal("critical-not-dealt-with")
    return None
