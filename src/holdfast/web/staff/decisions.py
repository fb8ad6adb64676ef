"""What a physician decides: confirms a verdict, sets a finding aside; and verdicts as shown, on paper."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override as in_language
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.disclosures import record_disclosure
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.actions.verdicts import confirm_verdict, override_finding
from holdfast.domain.findings import Decision
from holdfast.records.canonical import fact_sha256
from holdfast.records.care import Confirmation, Enrollment, VerdictShown
from holdfast.records.keys import opened
from holdfast.web.admitted import Admitted
from holdfast.web.paper import verdict_pdf
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.staff.forms import ConfirmForm, OverrideForm
from holdfast.web.staff.known import day_words
from holdfast.web.staff.medicines import medication_rows
from holdfast.web.staff.outcome import onward
from holdfast.web.staff.screening import Sent, checked_on, screening_page, verdict_of_today
from holdfast.web.staff.shown import DecisionShown, FindingShown, read_shown
from holdfast.web.staff.topics import Group, by_topic
from holdfast.web.staff.who import enrollment_at, may_see_names, name_of
from holdfast.web.templatetags.look import standing_words
from holdfast.web.words import DECISIONS, MEANINGS, PROOF_WORDS


@require_POST
def confirm(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """A physician signs the verdict as it was shown."""
    enrollment = enrollment_at(request, enrollment_id)
    form = ConfirmForm(request.POST, auto_id="confirm-%s")
    if form.is_valid() and (proof := _proof(request, form)):
        verdict = _verdict(enrollment, form.cleaned_data["verdict"])
        outcome = confirm_verdict(
            verdict=verdict,
            proof=proof,
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        is_open = verdict.decision == Decision.UNDETERMINED
        told = "verdict-undetermined" if is_open else "verdict-confirmed"
        if done := onward(request, enrollment, form, outcome, told):
            return done
    return screening_page(request, enrollment, Sent(confirm=form))


@require_POST
def set_aside(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """One finding is set aside, where the protocol names who may, with reason and signature."""
    enrollment = enrollment_at(request, enrollment_id)
    form = OverrideForm(request.POST, auto_id="override-%s")
    if form.is_valid() and (proof := _proof(request, form)):
        outcome = override_finding(
            verdict=_verdict(enrollment, form.cleaned_data["verdict"]),
            criterion=form.cleaned_data["criterion"],
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
            proof=proof,
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if done := onward(request, enrollment, form, outcome, "finding-overridden"):
            return done
    return screening_page(request, enrollment, Sent(override=form))


@require_safe
def shown_page(request: Admitted, site: str, enrollment_id: UUID, verdict_id: UUID) -> HttpResponse:
    """A verdict as it was shown, from the very bytes that were kept."""
    enrollment = enrollment_at(request, enrollment_id)
    verdict = _verdict(enrollment, verdict_id)
    shown = read_shown(verdict, with_words=may_see_names(request))
    for place, finding in enumerate(shown.findings):
        finding.anchor = f"finding-{place}"
    context = {
        "enrollment": enrollment,
        "number": enrollment.label,
        "shown_at": verdict.recorded_at,
        "hash": fact_sha256(verdict),
        "lists": [{"title": title, "findings": rows} for title, rows in _lists(shown)],
        "medications": medication_rows(shown.medications, shown.findings, []),
        **shown.context(),
    }
    return render(request, "staff/verdict_shown.html", context)


@require_safe
def pdf(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """The verdict that stands today, on paper."""
    enrollment = enrollment_at(request, enrollment_id)
    verdict = verdict_of_today(request, enrollment)
    with in_language(verdict.language):
        content = _paper(request, enrollment, verdict)
    made = verdict_pdf(content, verdict.recorded_at)
    record_disclosure(
        enrollment=enrollment,
        kind="verdict-pdf",
        recipient="staff",
        content_sha256=sha256(made).hexdigest(),
        entry_id=uuid4(),
        by=request.user,
        now=timezone.now(),
    )
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{enrollment.label}-verdict.pdf"'
    return response


def _proof(request: Admitted, form: forms.Form) -> ReauthenticationProof | None:
    proof = prove(request, form.cleaned_data["password"])
    if proof is None:
        form.add_error("password", not_proved(request, form.cleaned_data["password"]))
    return proof


def _verdict(enrollment: Enrollment, verdict_id: UUID) -> VerdictShown:
    found = VerdictShown.objects.filter(id=verdict_id, enrollment=enrollment).first()
    if found is None:
        raise Http404
    return found


def _lists(shown: DecisionShown) -> list[tuple[str, list[FindingShown]]]:
    lists = [
        (_("What stops"), shown.stops),
        (_("What must still be asked"), shown.asks),
        (_("Set aside"), shown.set_aside),
        (_("What is met"), shown.met),
    ]
    return [(title, findings) for title, findings in lists if findings or title != _("Set aside")]


def _paper(request: Admitted, enrollment: Enrollment, verdict: VerdictShown) -> dict[str, Any]:
    """Everything the paper says, as words."""
    shown = read_shown(verdict, with_words=may_see_names(request))
    sources = _Sources()
    facts = [
        [_("Person"), name_of(request, enrollment)],
        [_("Number"), enrollment.label],
        [_("Site"), enrollment.site.name],
        [_("Protocol"), f"{shown.protocol_title} ({enrollment.protocol_version})"],
        [_("As of"), _as_of_words(shown, verdict)],
    ]
    return {
        "title": _("Verdict on eligibility"),
        "language": verdict.language,
        "number": enrollment.label,
        "hash": fact_sha256(verdict),
        "decision": str(DECISIONS[Decision(shown.decision)]),
        "decision_words": shown.decision_words,
        "facts": facts,
        "sections": [_paper_section(title, rows, sources) for title, rows in _lists(shown)],
        "medications": [
            _paper_medication(row, sources)
            for row in medication_rows(shown.medications, shown.findings, [])
        ],
        "sources": sources.listed,
        "signature": _paper_signature(verdict),
        "words": {
            "hash": _("Record"),
            "medications": _("Medications"),
            "sources": _("Sources"),
            "signature": _("Signature"),
            "unsigned": _("Not signed by a physician."),
        },
    }


def _as_of_words(shown: DecisionShown, verdict: VerdictShown) -> str:
    words = day_words(shown.as_of)
    if day := checked_on(verdict):
        return _("%(day)s; judged again on %(again)s, unchanged") % {
            "day": words,
            "again": day_words(day),
        }
    return words


class _Sources:
    """The sources that the paper cites, each once, by number."""

    def __init__(self) -> None:
        self.listed: list[dict[str, str]] = []

    def number(self, title: str, href: str) -> str:
        """The number of a source, from 1, in the order in which the paper first cites it."""
        source = {"title": title, "href": href}
        if source not in self.listed:
            self.listed.append(source)
        return str(self.listed.index(source) + 1)


def _paper_section(title: str, findings: list[FindingShown], sources: _Sources) -> dict[str, Any]:
    """A list of the paper; what must still be asked stands by topic."""
    is_asked = bool(findings) and all(finding.outcome == "unknown" for finding in findings)
    groups = by_topic(findings, lambda f: f.question) if is_asked else [Group("", "", findings)]
    return {
        "title": title,
        "count": len(findings),
        "empty": _("Nothing."),
        "groups": [
            {
                "title": group.title,
                "findings": [_paper_finding(finding, sources) for finding in group.items],
            }
            for group in groups
        ],
    }


def _paper_finding(finding: FindingShown, sources: _Sources) -> dict[str, str]:
    return {
        "outcome": finding.outcome,
        "sentence": finding.sentence,
        "ask": finding.ask or "",
        "source": sources.number(finding.title, finding.href),
        "standing": standing_words(finding.standing, finding.is_about_a_limit),
    }


def _paper_medication(row: dict[str, Any], sources: _Sources) -> dict[str, Any]:
    lines = [f"{axis['title']}: {axis['words']}" for axis in row["axes"]]
    if row["earliest_dosing_on"]:
        day = day_words(row["earliest_dosing_on"])
        lines.append(_("Earliest dosing date: %(day)s") % {"day": day})
    if row["stop_abruptly"]:
        lines.append(str(row["stop_abruptly"]))
    return {
        "name": row["name"],
        "lines": lines,
        "source": sources.number(row["title"], row["href"]),
        "standing": standing_words(row["standing"]),
    }


def _paper_signature(verdict: VerdictShown) -> dict[str, str] | None:
    row = Confirmation.objects.filter(verdict=verdict).select_related("signature").first()
    if row is None:
        return None
    signature = row.signature
    return {
        "name": opened(signature, "printed_name") or "",
        "meaning": str(MEANINGS.get(signature.meaning, signature.meaning)),
        "method": str(PROOF_WORDS.get(signature.proof_method, signature.proof_method)),
        "at": f"{timezone.localtime(signature.signed_at):%Y-%m-%d %H:%M %Z}",
        "hash": signature.statement_sha256,
    }
