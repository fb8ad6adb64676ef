"""A therapist's own notes on the conversations, kept apart: their own key, their own permission."""

from collections.abc import Sequence
from datetime import date

from holdfast.actions.clinical import Entry, Pen, clinical_record
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.writing import one_transaction, refused_where_erased
from holdfast.records.clinical_care import PsychotherapyNote
from holdfast.records.facts import Fact
from holdfast.records.keys import sealed
from holdfast.records.people import PersonKey


@refused_where_erased
@one_transaction
def record_psychotherapy(*, entry: Entry, words: str, on_day: date, visit: str = "") -> Answered:
    """Write a therapist's own note. It is in no list of notes and in no copy of the record."""

    def check() -> Refusal | None:
        if not words.strip():
            return Refusal("words-missing")
        is_ahead = on_day > local_date(entry.enrollment.site, entry.now)
        return Refusal("in-the-future") if is_ahead else None

    def made(pen: Pen) -> Sequence[Fact]:
        fact = PsychotherapyNote(
            id=pen.id_of("note"), enrollment=entry.enrollment, visit=visit, on_day=on_day
        )
        fact.words = sealed(pen.key, fact, "words", words.strip())
        return [fact]

    return clinical_record(
        "psychotherapy-note-written",
        entry,
        {"words": words, "on": on_day, "visit": visit},
        made,
        permission="psychotherapy.write",
        check=check,
        word_class=PersonKey.PSYCHOTHERAPY,
    )
