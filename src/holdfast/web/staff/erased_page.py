"""The page of a person whose words were erased: when, why, under which rule, signed by whom."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from holdfast.actions.judging import latest_verdict
from holdfast.domain.findings import Decision
from holdfast.records.care import Enrollment
from holdfast.records.forgotten import what_was_erased
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words
from holdfast.web.staff.erased_words import erased_words
from holdfast.web.words import DECISIONS

CLASS_WORDS = {
    "identity": _("Who the person is: names, day of birth, identifiers, contact"),
    "words": _("Every other word: notes, medicines as written, verdicts as shown"),
}
REASON_WORDS = {
    "person-asked": _("The person asked for it"),
    "permission-withdrawn": _("Permission to hold the record was withdrawn"),
    "period-over": _("The period of keeping is over"),
    "court-order": _("A court or an authority ordered it"),
    "held-by-mistake": _("The record was held by mistake"),
}


def erased_page(request: Admitted, enrollment: Enrollment) -> HttpResponse:
    """What is left to show of an erased person."""
    told = what_was_erased(enrollment.person_id)
    verdict = latest_verdict(enrollment.id)
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "words": erased_words(enrollment.person_id),
        "reason": REASON_WORDS.get(told.reason_code, told.reason_code) if told else "",
        "classes": [CLASS_WORDS[code] for code in told.classes] if told else [],
        "signers": told.signers if told else (),
        "decision_words": DECISIONS[Decision(verdict.decision)] if verdict else "",
        "done": done_words(request),
    }
    return render(request, "staff/erased.html", context)
