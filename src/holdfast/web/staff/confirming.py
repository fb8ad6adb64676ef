"""A physician's signature on a verdict: who signed it, or the form to do so and what it means."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from holdfast.records.care import Confirmation, Signature, VerdictShown
from holdfast.records.keys import opened
from holdfast.web.admitted import Admitted
from holdfast.web.staff.forms import ConfirmForm
from holdfast.web.staff.shown import DecisionShown, FindingShown
from holdfast.web.words import MEANINGS, PROOF_WORDS, role_title

AT_ONCE = 6  # so many open questions stand beside the signature; the rest is counted


def confirming_context(
    request: Admitted, verdict: VerdictShown, shown: DecisionShown, back: ConfirmForm | None
) -> dict[str, Any]:
    """Who signed this verdict; or the form to do so, for who may.

    An undetermined verdict is signed as what it is, so what is open stands beside the signature.
    """
    is_open = verdict.decision == "undetermined"
    context: dict[str, Any] = {"signs_open": is_open}
    if is_open:
        context |= _still_open(shown)
    row = Confirmation.objects.filter(verdict=verdict).select_related("signature").first()
    if row is not None:
        return {**context, "confirmation": _signed(row.signature)}
    if "verdict.confirm" not in request.permissions:
        words = _("This verdict waits for a physician's signature.")
        if is_open:
            words = _("A physician may sign that it cannot be decided today. That is no yes.")
        return {**context, "confirm_words": words}
    form = ConfirmForm(auto_id="confirm-%s", initial={"verdict": verdict.id})
    return {**context, "confirm_form": about(back, verdict) if back else form}


def _signed(signature: Signature) -> dict[str, Any]:
    return {
        "printed_name": opened(signature, "printed_name"),
        "meaning": MEANINGS.get(signature.meaning, signature.meaning),
        "role": role_title(signature.role),
        "method": PROOF_WORDS.get(signature.proof_method, signature.proof_method),
        "at": signature.signed_at,
        "hash": signature.statement_sha256,
    }


def _still_open(shown: DecisionShown) -> dict[str, Any]:
    """The next questions, each once, and how many more there are."""
    lines = list(dict.fromkeys(_line(finding) for finding in shown.asks))
    more = len(lines) - AT_ONCE
    words = ngettext("and %(n)d more, on this page", "and %(n)d more, on this page", more)
    return {"open_lines": lines[:AT_ONCE], "open_more": words % {"n": more} if more > 0 else ""}


def _line(finding: FindingShown) -> str:
    if finding.asks_first and finding.ask:
        medicine = finding.values.get("medicine")
        return f"{medicine}: {finding.ask}" if medicine else finding.ask
    return finding.sentence


def about(form: forms.Form, verdict: VerdictShown) -> Any:
    """A form that came back is, from now on, about the verdict that this page shows."""
    form.data = {**dict(form.data.items()), "verdict": str(verdict.id), "entry_id": str(uuid4())}
    return form
