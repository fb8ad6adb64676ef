"""What the law of custody asks of a site, what was done about it, patterns that were found, and its papers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.custody_law import record_notice, settle_pattern
from holdfast.actions.outcomes import Answered, Receipt, Refusal
from holdfast.domain.custody_deadlines import Duty, State
from holdfast.records.access import covers, printed_name
from holdfast.records.custody_law import CustodyPattern
from holdfast.records.custody_now import duties_of, law_of
from holdfast.records.people import User
from holdfast.web.admitted import Admitted, studies
from holdfast.web.done import done_words, go_on
from holdfast.web.paper.custody import log_pdf, register_pdf, statement_pdf
from holdfast.web.pharmacy.place import store_at, stores_of
from holdfast.web.reauthentication import not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.staff.custody_forms import OUTCOME_WORDS, NoticeForm, PatternForm

STATES = {
    State.OVERDUE: (_("Overdue"), "failed"),
    State.DUE: (_("Due"), "unknown"),
    State.NO_CLOCK: (_("To do; the source names no day"), "unknown"),
    State.NOT_KNOWN: (_("Not known: nobody has looked it up"), "unknown"),
    State.DONE: (_("Done"), "passed"),
}
ORDER = tuple(STATES)
PATTERNS = {
    "supplements-unused-by-pair": _("Supplements left over or wasted, by one pair"),
    "supplements-unused-by-shift": _("Supplements left over or wasted, in one part of the day"),
    "access-out-of-hours": _("Movements out of hours, beside no session"),
    "moved-alone": _("Movements made alone in an emergency, by one person"),
    "losses-by-person": _("Losses told by one person"),
    "differences-by-person": _("Counts that differ after one person handled the container"),
    "seal-broken": _("A box came with another seal than it was issued with"),
    "given-without-vital-signs": _("A dose with no vital signs beside it"),
}
NUMBERS = {
    "count": _("this often"),
    "of": _("out of"),
    "others": _("rate of all others"),
    "expected": _("expected"),
    "compared": _("groups compared"),
    "group": _("part of the day"),
    "readings": _("readings in the session"),
    "minutes": _("minutes looked at, either side"),
}


@require_safe
def page(request: Admitted, site: str) -> HttpResponse:
    """Every duty, the most pressing first; patterns for who may see them; papers."""
    return _page(request)


@require_POST
def notice(request: Admitted, site: str) -> HttpResponse:
    """A notice, form or inventory is recorded."""
    duties = {one.key: one for one in duties_of(request.here, timezone.now())}
    duty = duties.get(request.POST.get("duty", ""))
    if duty is None:
        return _page(request, problem=refusal_words(Refusal("custody-duty-unknown")))
    form = NoticeForm(request.POST, rule=duty.rule)
    if form.is_valid():
        proof = prove(request, form.cleaned_data["password"])
        if proof is None:
            form.add_error("password", not_proved(request, form.cleaned_data["password"]))
            return _page(request, form)
        outcome = record_notice(
            site=request.here,
            duty=duty.key,
            how=form.cleaned_data["how"],
            fields=form.told(),
            made_at=form.cleaned_data["made_at"],
            proof=proof,
            entry_id=form.cleaned_data["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if answer := _onward(request, outcome, form, "custody-notice"):
            return answer
    return _page(request, form)


@require_POST
def settle(request: Admitted, site: str) -> HttpResponse:
    """Somebody says what came of looking into a pattern."""
    form = PatternForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        row = CustodyPattern.objects.filter(site=request.here, id=told["pattern"]).first()
        if row is None:
            raise Http404
        outcome = settle_pattern(
            pattern=row,
            outcome=told["outcome"],
            words=told["words"],
            entry_id=told["entry_id"],
            by=request.user,
            now=timezone.now(),
        )
        if answer := _onward(request, outcome, form, "custody-settled"):
            return answer
    return _page(request, form)


def _onward(request: Admitted, outcome: Answered, form: Any, done: str) -> HttpResponse | None:
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("staff:custody-law", args=[request.here.code]), done)
    assert not isinstance(outcome, Refusal) or outcome.reason
    form.add_error(None, refusal_words(outcome))
    return None


def _page(
    request: Admitted, slip: NoticeForm | PatternForm | None = None, problem: Any = ""
) -> HttpResponse:
    now, site = timezone.now(), request.here
    may_record = "custody.settle" in request.permissions
    found = sorted(duties_of(site, now), key=lambda one: ORDER.index(one.state))
    law = law_of(site)
    context = {
        "law": law,
        "duties": [_duty(one, place, may_record, slip) for place, one in enumerate(found)],
        "patterns": _patterns(request, slip) if "custody.watch" in request.permissions else None,
        "stores": stores_of(request),
        "done": done_words(request),
        "problem": problem,
        "may_all": covers(studies(request, "custody.account"), None),
        "own_studies": sorted({store.study for store in stores_of(request) if store.study}),
    }
    return render(
        request, "staff/custody_law.html", context, status=422 if slip or problem else 200
    )


def _duty(one: Duty, place: int, may_record: bool, slip: Any) -> Mapping[str, Any]:
    words, mark = STATES[one.state]
    form = None
    if may_record and one.state is not State.DONE:
        is_its = isinstance(slip, NoticeForm) and slip.data.get("duty") == one.key
        own: dict[str, Any] = {"initial": {"duty": one.key}, "auto_id": f"duty{place}_%s"}
        form = slip if is_its else NoticeForm(rule=one.rule, **own)
    return {
        "words": words,
        "mark": mark,
        "wording": one.rule.wording,
        "to": one.rule.to,
        "since": one.since,
        "due_at": one.due_at,
        "done_at": one.done_at,
        "is_late": one.is_late,
        "unlisted": ", ".join(map(str, one.years_without_list)),
        "title": one.rule.reference.title,
        "href": one.rule.reference.href,
        "standing": one.rule.standing.value,
        "form": form,
        "opens": form is slip and slip is not None,
    }


def _patterns(request: Admitted, slip: Any) -> list[Mapping[str, Any]]:
    """Patterns that somebody may look into: none in which they are themselves."""
    rows = CustodyPattern.objects.filter(site=request.here).select_related("settled", "told")
    own = [row for row in rows.order_by("-position") if request.user.id.hex not in row.people]
    return [_pattern(row, place, slip) for place, row in enumerate(own)]


def _pattern(row: CustodyPattern, place: int, slip: Any) -> Mapping[str, Any]:
    settled = getattr(row, "settled", None)
    ids = [UUID(hex=each) for each in orjson.loads(row.people)]
    numbers: dict[str, str] = orjson.loads(row.numbers)
    is_its = isinstance(slip, PatternForm) and slip.data.get("pattern") == str(row.id)
    own: dict[str, Any] = {"initial": {"pattern": row.id}, "auto_id": f"pattern{place}_%s"}
    form = slip if is_its else PatternForm(**own)
    return {
        "words": PATTERNS.get(row.pattern, row.pattern),
        "at": row.found_at,
        "people": sorted(printed_name(user) for user in User.objects.filter(id__in=ids)),
        "numbers": [(NUMBERS.get(name, name), value) for name, value in numbers.items()],
        "chance": row.chance,
        "told": printed_name(row.told) if row.told else "",
        "outcome": OUTCOME_WORDS.get(settled.outcome) if settled else "",
        "form": None if settled else form,
        "opens": is_its,
    }


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@require_safe
def register(request: Admitted, site: str, store: str) -> HttpResponse:
    """The register of a store as its jurisdiction wants it."""
    here = store_at(request, store)
    return _file(register_pdf(here, timezone.now()), f"register-{site}-{here.code}")


@require_safe
def log(request: Admitted, site: str, protocol: str) -> HttpResponse:
    """The accountability log of a trial at the site."""
    if not any(store.study == protocol for store in stores_of(request)):
        raise Http404
    return _file(
        log_pdf(request.here, protocol, timezone.now()), f"accountability-{site}-{protocol}"
    )


@require_safe
def statement(request: Admitted, site: str) -> HttpResponse:
    """The accountability statement of the site, for who may see every store of it."""
    return _file(statement_pdf(request.here, timezone.now()), f"accountability-statement-{site}")
