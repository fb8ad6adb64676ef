"""The person of a page: a table that a clinician can read, and the answers it stands for.

A page starts from somebody whose every question is answered in their favour and for whose site a
physician signed every limit. Its table states only what differs. ``base="nobody"`` starts from
somebody of whom nothing is known.

    question                        | answer              | source            | on
    --------------------------------+---------------------+-------------------+-----------
    weight                          | 47 kg               | seen              | 2026-03-24
    blood-pressure                  | 152/96              | seen              | 2026-03-01
    psychotic-disorder-ever         | nobody asked        |                   |
    stroke-or-tia-ever              | no                  | letter corrects Condition/1 |
    condition: Atrial Fibrillation  | active since 2019-05-02 | record Condition/2 |
    condition: I48.0 Paroxysmal AF  | 2014-01-01 to 2015-01-01 | record Condition/3 |
    medicine: sertraline            | last taken 2026-01-02 | told            |
    medicine: lisinopril            | taking              | told              |

The rows of a question replace the favourable answer to it. Each blood-pressure row is a reading of
its own. The source is told, letter, seen or record, then its place, then ``corrects`` and a place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from holdfast.definitions import interactions
from holdfast.definitions.questions import load as load_questions
from holdfast.domain.answers import (
    Answer,
    HistoryEntry,
    MedicationEntry,
    Person,
    Referral,
    Source,
    SourceKind,
)
from holdfast.domain.history import ICD_10_CM
from holdfast.domain.limits import Limit, SignedLimit
from holdfast.domain.protocol import ProtocolVersion
from holdfast.domain.questions import Question, QuestionKind

AS_OF = date(2026, 3, 31)
SEEN_ON = date(2026, 3, 24)
NOBODY = Person(born_on=None, sex=None, is_deceased=None)

FAVOURABLE = """
is-living                          | yes
born-on                            | 1985-04-02
sex-assigned-at-birth              | female
can-give-informed-consent          | yes
fluent-in-site-language            | yes
able-to-swallow-pills              | yes
agrees-to-recording                | yes
names-contact-person               | yes
agrees-to-report-new-conditions    | yes
agrees-to-fasting-and-medication-rules | yes
in-another-interventional-trial    | no
agrees-to-overnight-stay           | yes
agrees-to-be-driven-home           | yes
agrees-to-complete-procedures      | yes
agrees-to-abstain-from-psychoactives | yes
ptsd-on-record                     | yes
ptsd-dsm5-confirmed                | yes
ptsd-onset                         | 2019-06-01
caps-5-total                       | 41 {score}
caps-iv-total                      | 78 {score}
pcl-5-total                        | 52 {score}
childbearing-potential             | possible
pregnancy-test                     | negative
nursing                            | no
contraception-method               | intrauterine-device
agrees-to-contraception            | yes
psychotic-disorder-ever            | no
bipolar-1-ever                     | no
psychotic-depression-ever          | no
family-psychosis-or-bipolar        | no
dissociative-identity-disorder-current | no
active-purging                     | no
personality-disorder               | no
serious-imminent-suicide-risk      | no
alcohol-use-disorder               | none
cannabis-use-disorder              | none
other-substance-use-disorder-ever  | no
mdma-used-ever                     | no
other-psychedelics-used-ever       | no
blood-pressure                     | 118/76
blood-pressure                     | 122/78
blood-pressure                     | 116/74
hypertension                       | no
arrhythmia                         | none
wpw-without-ablation               | no
myocardial-infarction-ever         | no
stroke-or-tia-ever                 | no
aneurysm-ever                      | no
heart-failure-ever                 | no
condition-harmed-by-pressor-effect | no
qtcb                               | 420 ms
long-term-hormone-therapy          | no
marked-qtc-prolongation            | no
torsade-risk-factors               | no
hepatitis-c                        | no
diabetes-type-2                    | no
thyroid-disorder                   | no
glaucoma                           | no
symptomatic-liver-disease          | no
alanine-aminotransferase           | 22 U/L
aspartate-aminotransferase         | 24 U/L
egfr                               | 96 mL/min/{1.73_m2}
sodium                             | 140 mmol/L
potassium                          | 4.2 mmol/L
hyponatraemia-ever                 | no
hyperthermia-ever                  | no
weight                             | 68 kg
screening-tests-show-reason-to-exclude | no
other-condition-makes-unsafe       | no
medication-list-complete           | yes
medication-that-cannot-be-tapered  | no
stable-living-situation            | yes
support-network                    | yes
compensation-litigation            | no
meets-full-protocol-criteria       | yes
prescriber-is-specialist-psychiatrist | yes
ethics-committee-approved-protocol | yes
authorised-prescriber-approval     | yes
under-immediate-care-of-prescriber | yes
registered-alternatives-considered | yes
informed-consent-documented        | yes
treatments-tried                   | yes
"""

# What an invented physician signs in these pages where no public number exists. Worked examples.
SIGNED_EXAMPLES = {
    "alt-ceiling": "60",
    "ast-ceiling": "60",
    "egfr-floor": "60",
    "sodium-floor": "135",
    "potassium-floor": "3.5",
    "pregnancy-test-valid-days": "30",
    "blood-pressure-valid-days": "60",
    "weight-valid-days": "60",
    "laboratory-valid-days": "60",
    "ecg-valid-days": "60",
    "suicide-risk-valid-days": "14",
    "severity-score-valid-days": "60",
    "caps-iv-total-at-least": "50",
    "pcl-5-total-at-least": "35",
    "ptsd-duration-at-least-months": "6",
    "stopped-medicine-without-rule-days": "90",
}

_SOURCE = re.compile(r"(told|letter|seen|record)?\s*(?!corrects)(\S*)\s*(?:corrects\s+(\S+))?\s*\Z")
_DAY = r"(\d{4}-\d{2}-\d{2})"
_PRESSURE = re.compile(r"(\d+)\s*/\s*(\d+)\Z")
_ICD = re.compile(r"([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]+)?)\s+(.*)\Z")


@dataclass
class Page:
    """What a table says: answers by question, so that its rows replace favourable ones."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    medications: list[MedicationEntry] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)

    def over(self, other: "Page") -> "Page":
        """The other page with what this one says put in its place."""
        return Page(
            {**other.answers, **self.answers},
            [*other.medications, *self.medications],
            [*other.history, *self.history],
        )

    def referral(self) -> Referral:
        """The referral that a rule sees."""
        answers = tuple(answer for several in self.answers.values() for answer in several)
        return Referral(NOBODY, answers, tuple(self.medications), tuple(self.history))


def read_page(table: str) -> Page:
    """A page from its table; raises ValueError naming the row that cannot be read."""
    page = Page()
    for number, row in enumerate(_rows(table), start=1):
        try:
            _read_row(page, number, *row)
        except (ValueError, ArithmeticError, KeyError) as error:
            raise ValueError(f"row {number} {row}: {error}") from error
    return page


def everything_answered(protocol: ProtocolVersion) -> Page:
    """Somebody of whom every question of the protocol is answered in their favour."""
    rows = [line.split("|") for line in FAVOURABLE.strip().splitlines()]
    asked = {*protocol.questions, "blood-pressure"}
    kept = [row for row in rows if row[0].strip() in asked]
    lines = [f"{row[0]} | {row[1]} | seen | {SEEN_ON}" for row in kept]
    page = read_page("\n".join(lines))
    left = set(protocol.questions) - set(page.answers) - _only_if_asked(protocol)
    assert not left, f"no favourable answer is written for {sorted(left)}"
    return page


def all_signed(protocol: ProtocolVersion) -> dict[str, SignedLimit]:
    """Every limit that needs it, signed: the limit's own number or a worked example.

    Of the medicines' limits those without a number stay unsigned unless a page signs one.
    """
    limits = [*protocol.limits_to_sign(), *_limits_of_medicines()]
    known = [(limit, limit.value or SIGNED_EXAMPLES.get(limit.code)) for limit in limits]
    without = {limit.code for limit, value in known if value is None}
    assert not without & set(protocol.limits), f"no worked example for {sorted(without)}"
    return {
        limit.code: _signed(limit.code, Decimal(value), limit.unit)
        for limit, value in known
        if value is not None
    }


def sign(protocol: ProtocolVersion, values: dict[str, str]) -> dict[str, SignedLimit]:
    """The given limits only, signed with the given numbers, in each limit's own unit."""
    units = {
        limit.code: limit.unit for limit in (*protocol.limits.values(), *_limits_of_medicines())
    }
    return {code: _signed(code, Decimal(value), units[code]) for code, value in values.items()}


def _signed(code: str, value: Decimal, unit: str) -> SignedLimit:
    return SignedLimit(code, value, unit, "an invented physician", date(2026, 1, 5))


def _limits_of_medicines() -> list[Limit]:
    return [limit for limit in interactions.load().limits.values() if limit.needs_signature]


def _only_if_asked(protocol: ProtocolVersion) -> set[str]:
    """Questions that nobody asks of this person: details of what is not so, and what records answer."""
    favourable = {line.split("|")[0].strip() for line in FAVOURABLE.strip().splitlines()}
    catalogue = load_questions().questions
    details = {code for code in catalogue if code not in favourable}
    return details & set(protocol.questions)


def _rows(table: str) -> Iterator[tuple[str, str, str, str]]:
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if not line.strip() or set(line.strip()) <= set("-+ ") or cells[0] == "question":
            continue
        question, answer, source, on = (*cells, "", "", "")[:4]
        yield question, answer, source, on


def _read_row(page: Page, number: int, question: str, answer: str, source: str, on: str) -> None:
    origin, corrects = _source(source, number)
    observed_on = date.fromisoformat(on) if on else None
    if question.startswith("medicine:"):
        page.medications.append(_medicine(question[9:].strip(), answer, origin))
    elif question.startswith("condition:"):
        page.history.append(_condition(question[10:].strip(), answer, origin))
    elif question == "blood-pressure":
        _add_pressure(page, answer, origin, observed_on)
    else:
        asked = load_questions().questions[question]
        answers = page.answers.setdefault(question, [])
        if answer != "nobody asked":
            value, unit = _value(asked, answer)
            answers.append(Answer(question, value, origin, observed_on, unit, corrects))


def _source(cell: str, number: int) -> tuple[Source, str | None]:
    match = _SOURCE.match(cell)
    if match is None:
        raise ValueError("source is told, letter, seen or record, its place, and corrects a place")
    return Source(SourceKind(match[1] or "told"), match[2] or f"row-{number}"), match[3]


def _value(asked: Question, cell: str) -> tuple[bool | Decimal | date | str, str | None]:
    if asked.kind is QuestionKind.YES_NO:
        return {"yes": True, "no": False}[cell], None
    if asked.kind is QuestionKind.DATE:
        return date.fromisoformat(cell), None
    if asked.kind is QuestionKind.NUMBER:
        number, _, unit = cell.partition(" ")
        return Decimal(number), unit.strip() or None
    return cell, None


def _add_pressure(page: Page, cell: str, origin: Source, on: date | None) -> None:
    systolic = page.answers.setdefault("blood-pressure-systolic", [])
    diastolic = page.answers.setdefault("blood-pressure-diastolic", [])
    if cell == "nobody asked":
        return
    match = _PRESSURE.match(cell)
    if match is None:
        raise ValueError("a blood pressure is written 118/76")
    both = zip((systolic, diastolic), ("systolic", "diastolic"), match.groups(), strict=True)
    for answers, part, number in both:
        answers.append(Answer(f"blood-pressure-{part}", Decimal(number), origin, on, "mm[Hg]"))


def _medicine(name: str, cell: str, origin: Source) -> MedicationEntry:
    words, rxcuis = name, ()
    if match := re.match(r"(.*?)\s*\[([\d ]+)\]\Z", name):
        words, rxcuis = match[1], tuple(match[2].split())
    day = re.search(_DAY, cell)
    last = date.fromisoformat(day[1]) if day else None
    is_current = True if cell.startswith("taking") else False if "stopped" in cell or last else None
    return MedicationEntry(words, rxcuis, is_current, last, origin)


def _condition(name: str, cell: str, origin: Source) -> HistoryEntry:
    codes: tuple[tuple[str, str], ...] = ()
    if match := _ICD.match(name):
        codes, name = ((ICD_10_CM, match[1]),), match[2]
    days = [date.fromisoformat(day) for day in re.findall(_DAY, cell)]
    is_active = True if "active" in cell else False if len(days) == 2 or "over" in cell else None
    onset, abated = (*days, None, None)[:2]
    return HistoryEntry("condition", name, codes, is_active, onset, abated, origin)
