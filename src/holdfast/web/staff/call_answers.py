"""An answer of a first call is kept as it is given; one changed while the call goes on corrects itself."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from holdfast.actions.answers import correct_answer, record_answer
from holdfast.actions.judging import local_date
from holdfast.actions.outcomes import Receipt
from holdfast.domain.answers import Answer, SourceKind
from holdfast.records.care import EligibilityAnswer, Enrollment
from holdfast.records.histories import answers_of, enrollment_as_of
from holdfast.web.admitted import Admitted
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.answer_forms import AnswerForm


def keep(request: Admitted, enrollment: Enrollment, form: AnswerForm) -> Any:
    """What is wrong with it, in words; empty where the answer is kept.

    An answer that stands already as it is sent is kept. One that the same person wrote down on
    the same day at the site is corrected, with that reason; any other is corrected in its own
    place, where a reason is asked for.
    """
    if not form.is_valid():
        return " ".join(str(text) for texts in form.errors.values() for text in texts)
    told = form.answer()
    standing = _standing(enrollment, told.question)
    if any(_is_same(answer, told) for _row, answer in standing):
        return ""
    given = {"entry_id": form.cleaned_data["entry_id"], "by": request.user, "now": timezone.now()}
    if not standing:
        outcome = record_answer(enrollment=enrollment, answer=told, **given)
    elif len(standing) == 1 and _is_of_this_call(request, enrollment, *standing[0]):
        row = standing[0][0]
        outcome = correct_answer(
            answer=row, value=told, reason="changed-in-call", words="", **given
        )
    else:
        return _("Something else is recorded already. Correct it there, with a reason.")
    return "" if isinstance(outcome, Receipt) else refusal_words(outcome)


def _standing(enrollment: Enrollment, question: str) -> list[tuple[EligibilityAnswer, Answer]]:
    """The answers to one question that stand now, each with its row."""
    past = enrollment_as_of(enrollment)
    pairs = zip(past.answers, answers_of(past), strict=True)
    return [(row, answer) for row, answer in pairs if answer.question == question]


def _is_same(answer: Answer, told: Answer) -> bool:
    return (answer.value, answer.unit) == (told.value, told.unit)


def _is_of_this_call(
    request: Admitted, enrollment: Enrollment, row: EligibilityAnswer, answer: Answer
) -> bool:
    """True where who sends it wrote the earlier one down by hand, today at the site."""
    days = {local_date(enrollment.site, at) for at in (row.recorded_at, timezone.now())}
    by_hand = answer.source.kind is not SourceKind.RECORD
    return by_hand and row.recorded_by_id == request.user.id and len(days) == 1
