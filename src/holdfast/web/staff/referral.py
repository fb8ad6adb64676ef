"""A referral comes in: upload, what was read, what was left out, and the verdict."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.judging import latest_verdict, local_date
from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.prescreening import record_prescreening
from holdfast.actions.referrals import open_referral
from holdfast.definitions import protocols
from holdfast.interop.fhir.referral import (
    ImportedReferral,
    ReferralRefused,
    read_gzip,
    read_import,
)
from holdfast.interop.fhir.report import SENTENCES, ImportReport
from holdfast.records.access import covers
from holdfast.records.histories import enrollment_as_of
from holdfast.records.people import Site
from holdfast.web.admitted import Admitted, studies, study_for
from holdfast.web.done import done_words, go_on
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.forms import ReferralForm
from holdfast.web.staff.shown import read_shown
from holdfast.web.staff.who import enrollment_at, may_see_names, name_of

GZIP_MAGIC = b"\x1f\x8b"
REPORTS = "imports"  # in the session: counts by enrollment, never a name or a place in a file
KEPT_REPORTS = 5


@require_safe
def new(request: Admitted, site: str) -> HttpResponse:
    """The page to send a bundle from."""
    return _page(request, ReferralForm(protocols=protocol_choices(request, "referral.import")))


@require_POST
def take_in(request: Admitted, site: str) -> HttpResponse:
    """Read a bundle and open the referral; refused, nothing of it is kept."""
    choices = protocol_choices(request, "referral.import")
    form = ReferralForm(request.POST, request.FILES, protocols=choices)
    if not form.is_valid():
        return _page(request, form, status=422)
    if form.cleaned_data["consent_to_hold"] == "no":
        return _count_only(request, form)
    try:
        packed = form.cleaned_data["bundle"].read()
        imported, digest = read_upload(packed, request.here)
    except ReferralRefused as refused:
        return _page(request, form, refused=refused, status=422)
    outcome = opened(
        request,
        imported,
        digest,
        protocol=form.cleaned_data["protocol"],
        source=form.cleaned_data["source"],
        entry_id=form.cleaned_data["entry_id"],
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return _page(request, form, status=422)
    _remember(request, outcome.stream_id, imported.report)
    is_new = outcome.entry_id == form.cleaned_data["entry_id"]
    address = reverse("staff:referral-read", args=[request.here.code, outcome.stream_id])
    return go_on(request, address, "referral-imported" if is_new else "referral-known")


@require_safe
def read(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
    """What was read, what was left out, and the verdict that follows."""
    enrollment = enrollment_at(request, enrollment_id)
    verdict = latest_verdict(enrollment.id)
    report = request.session.get(REPORTS, {}).get(str(enrollment.id))
    context = {
        "enrollment": enrollment,
        "who": name_of(request, enrollment),
        "number": enrollment.label,
        "read": _counted(report["read"]) if report else _held(enrollment),
        "left_out": _left_out(report) if report else [],
        "done": done_words(request),
        **(read_shown(verdict, with_words=may_see_names(request)).context() if verdict else {}),
    }
    return render(request, "staff/referral_read.html", context)


def read_upload(packed: bytes, site: Site) -> tuple[ImportedReferral, str]:
    """Read the bytes of a ``.json`` or ``.json.gz`` file; the hash is of the bundle itself."""
    data = read_gzip(packed) if packed.startswith(GZIP_MAGIC) else packed
    today = local_date(site, timezone.now())
    return read_import(data, as_of=today), sha256(data).hexdigest()


def opened(
    request: Admitted,
    imported: ImportedReferral,
    digest: str,
    *,
    protocol: str,
    source: str,
    entry_id: UUID,
) -> Answered:
    """Open the referral that was read, at the request's site."""
    return open_referral(
        site=request.here,
        protocol=protocols.load(protocol),
        referral=imported.referral,
        identity=imported.identity,
        source=source,
        bundle_sha256=digest,
        entry_id=entry_id,
        by=request.user,
        now=timezone.now(),
    )


def protocol_choices(request: Admitted, permission: str) -> list[tuple[str, str]]:
    """The released protocols by name and title, as far as this person works for them."""
    mine = studies(request, permission)
    return [(name, protocols.load(name).title) for name in protocols.names() if covers(mine, name)]


def _count_only(request: Admitted, form: ReferralForm) -> HttpResponse:
    """No consent to hold: the file is not read, and one person without a name is counted."""
    now = timezone.now()
    outcome = record_prescreening(
        site=request.here,
        referral_source=form.cleaned_data["source"],
        outcome="declined",
        reasons=["no-consent-to-hold"],
        study=study_for(request, "prescreening.record", form.cleaned_data["protocol"]),
        decided_at=now,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=now,
    )
    if not isinstance(outcome, Receipt):
        form.add_error(None, refusal_words(outcome))
        return _page(request, form, status=422)
    address = reverse("staff:prescreening", args=[request.here.code])
    return go_on(request, address, "referral-counted")


def _page(
    request: Admitted,
    form: ReferralForm,
    refused: ReferralRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "refused": refused, "limit_bytes": settings.UPLOAD_LIMIT_BYTES}
    return render(request, "staff/referral_new.html", context, status=status)


def _remember(request: Admitted, enrollment_id: UUID, report: ImportReport) -> None:
    """Keep the counts of an import for the page that shows them."""
    told = {
        "read": dict(report.read),
        "not_read": dict(report.not_read),
        "left_out": dict(Counter(remark.reason for remark in report.left_out)),
        "notes": dict(Counter(remark.reason for remark in report.notes)),
    }
    kept = list(request.session.get(REPORTS, {}).items())[-KEPT_REPORTS + 1 :]
    request.session[REPORTS] = dict(kept) | {str(enrollment_id): told}


def _counted(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"count": n, "words": words} for words, n in sorted(counts.items())]


def _left_out(report: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    said = {**report["left_out"], **report["notes"]}
    rows = [{"count": n, "words": _(SENTENCES[reason])} for reason, n in sorted(said.items())]
    rows += [
        {"count": n, "words": _("%(kind)s: holds no answer to our questions") % {"kind": kind}}
        for kind, n in sorted(report["not_read"].items())
    ]
    return rows


def _held(enrollment: Any) -> list[dict[str, Any]]:
    """What the record holds, where the import itself was long ago."""
    past = enrollment_as_of(enrollment)
    return [
        {"count": len(past.answers), "words": _("Answers")},
        {"count": len(past.medications), "words": _("Medications")},
        {"count": len(past.history), "words": _("Conditions, procedures and allergies")},
    ]
