"""What the page of a person's consent shows of each step."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from holdfast.actions.consent_gates import consent_answers
from holdfast.definitions.sentences.consent import consent_sentence
from holdfast.domain.findings import Finding
from holdfast.records.access import printed_name
from holdfast.records.consent import (
    AgreementItem,
    ComprehensionExplained,
    ConsentSignature,
    Impairment,
)
from holdfast.records.consents import ConsentNow, agreement_rows
from holdfast.records.facts import Fact
from holdfast.records.keys import Erased, opened
from holdfast.web.admitted import Admitted
from holdfast.web.staff.consent_forms import CHECKS, DOSE_STEPS, PLACES, WAYS_GIVEN

Shape = Callable[[str], forms.Form | None]


def shown(request: Admitted, here: ConsentNow, shape: Shape) -> dict[str, Any]:
    """Every part of the page, each with the form of its act where this person may do it."""
    answers = consent_answers(here.enrollment, here.protocol, timezone.now())
    may_read = "referral.see" in request.permissions
    return {
        "findings": [_finding(f) for f in answers["consent"]],
        "agreement_findings": [_finding(f) for f in answers["agreements"]],
        "in_force": here.in_force,
        "impaired": any(spell.until is None for spell in here.impairments),
        "given": [_given(request, here, row) for row in reversed(here.given)],
        "talks": [_talk(row, may_read) for row in reversed(here.talks)],
        "questions": _questions(here, may_read),
        "signatures": [_signature(row, may_read) for row in reversed(here.signatures)],
        "withdrawals": [
            {"at": row.withdrawn_at, "words": _words(row, "words", may_read)}
            for row in reversed(here.withdrawals)
        ],
        "items": _items(here, shape, may_read),
        "doses": [
            {"at": row.found_at, "what": DOSE_STEPS[row.basis][1], "by": printed_name(row.found_by)}
            for row in _rows(Impairment, here)
        ],
        "forms": {
            name: shape(name)
            for name in (
                "give",
                "talk",
                "answer",
                "explain",
                "countersign",
                "paper",
                "withdraw",
                "impairment",
            )
        },
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "outcome": finding.outcome.value,
        "says": consent_sentence(finding),
        "code": finding.code,
        "standing": finding.standing.value,
        "title": finding.reference.title,
        "href": "",
    }


def _rows(model: type[Fact], here: ConsentNow) -> list[Any]:
    rows = model.objects.filter(enrollment=here.enrollment)  # type: ignore[misc]
    return list(rows.order_by("-position", "id"))


def _words(row: Fact, column: str, may_read: bool) -> str:
    """Sealed words, for who may read what a person said."""
    if not may_read:
        return ""
    try:
        return opened(row, column) or ""
    except Erased:
        return str(_("The words were erased."))


def _given(request: Admitted, here: ConsentNow, row: Any) -> dict[str, Any]:
    document = here.document
    names = {c: w.parts["own"]["language"] for c, w in document.words.items()} if document else {}
    return {
        "at": row.given_at,
        "by": printed_name(row.given_by),
        "language": names.get(row.language, row.language),
        "way": dict(WAYS_GIVEN)[row.way],
        "version": row.document_version,
        "counts": here.counts(row, row.given_at),
        "href": reverse("staff:consent-pdf", args=[request.here.code, here.enrollment.id, row.id]),
    }


def _talk(row: Any, may_read: bool) -> dict[str, Any]:
    return {
        "at": row.held_at,
        "by": printed_name(row.held_by),
        "place": dict(PLACES)[row.place],
        "check": dict(CHECKS)[row.identity_check],
        "words": _words(row, "talked", may_read),
    }


def _questions(here: ConsentNow, may_read: bool) -> list[dict[str, Any]]:
    """Each question with every answer given, and what was explained by whom."""
    if here.document is None:
        return []
    parts = here.document.words["en"].parts
    explained = _rows(ComprehensionExplained, here)
    return [
        {
            "asked": parts["question"][question.code],
            "is_right": (last := here.answered.get(question.code)) is not None and last.is_right,
            "is_asked": last is not None,
            "tries": [
                {
                    "number": row.attempt,
                    "answer": parts[f"answer.{question.code}"].get(row.answer, row.answer),
                    "is_right": row.is_right,
                    "at": row.answered_at,
                }
                for row in here.attempts
                if row.question == question.code
            ],
            "explained": [
                {
                    "by": printed_name(row.explained_by),
                    "at": row.explained_at,
                    "words": _words(row, "explained", may_read),
                }
                for row in explained
                if row.question == question.code
            ],
        }
        for question in here.document.questions_for(here.protocol)
    ]


def _signature(row: ConsentSignature, may_read: bool) -> dict[str, Any]:
    whose = {"person": _("The person"), "clinician": _("The clinician")}
    is_person = row.party == "person"
    return {
        "whose": whose[row.party],
        "by": "" if is_person and row.way == "own-account" else printed_name(row.signed_by),
        "at": row.signed_at,
        "is_paper": row.way == "paper",
        "witness": _words(row, "witness", may_read) if row.way == "paper" else "",
        "hash": row.document_sha256,
    }


def _items(here: ConsentNow, shape: Shape, may_read: bool) -> list[dict[str, Any]]:
    """Each thing that may happen under the drug, with what the person allows of it."""
    if here.document is None:
        return []
    rows, parts = agreement_rows(here.enrollment), here.document.words["en"].parts
    found = [
        _item(
            parts[f"item.{item.code}"], rows.get(item.code), item.code, shape(f"agree-{item.code}")
        )
        for item in here.document.items
    ]
    word = rows.get(AgreementItem.STOP_WORD)
    return [
        *found,
        {
            "title": _("Stop-word"),
            "code": AgreementItem.STOP_WORD,
            "act": AgreementItem.STOP_WORD,
            "said": _words(word, "words", may_read) if word else "",
            "at": word.agreed_at if word else None,
            "form": shape(AgreementItem.STOP_WORD),
        },
    ]


def _item(
    words: Mapping[str, str], row: AgreementItem | None, code: str, form: forms.Form | None
) -> dict[str, Any]:
    allowed = orjson.loads(row.allowed) if row else []
    if form is not None and not form.is_bound:
        form.initial["allowed"] = allowed
    return {
        "title": words["title"],
        "code": code,
        "act": f"agree-{code}",
        "said": ", ".join(words.get(c, c) for c in allowed) or (_("None of it") if row else ""),
        "at": row.agreed_at if row else None,
        "form": form,
    }
