"""The session on paper: its pack is made, lines are typed in fast, signed, and each pack accounted for."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from holdfast.actions.outcomes import Receipt
from holdfast.actions.session_entries import EntryTold
from holdfast.actions.session_paper import (
    Typed,
    make_pack,
    serial_of,
    settle_pack,
    sign_lines,
    type_in,
)
from holdfast.definitions import session as entry_kinds
from holdfast.domain.paper_lines import EXAMPLES, LineProblem, read_lines
from holdfast.records.session import DosingSession
from holdfast.records.session_paper import PaperLine, SessionPack
from holdfast.web.admitted import Admitted
from holdfast.web.done import done_words, go_on
from holdfast.web.reauthentication import prove
from holdfast.web.refusals import refusal_words
from holdfast.web.session.following import look_at
from holdfast.web.session.forms import OUTCOMES, PaperForm, SettlePackForm, SignLinesForm
from holdfast.web.session.kinds import kind_words
from holdfast.web.session.pack import pack_pdf
from holdfast.web.session.pages import session_at
from holdfast.web.session.shown import names_of

PROBLEMS = {
    "no-time": gettext_lazy("begin with the time, like 10:32"),
    "not-read": gettext_lazy(
        "this is no reading and no word of the list; write “note” before free words"
    ),
    "nothing-written": gettext_lazy("nothing is written after it"),
    "number-missing": gettext_lazy("one whole number belongs there"),
    "which-dose": gettext_lazy("write “given initial 80” or “given supplemental 40”"),
    "does-not-fit": gettext_lazy("this cannot be: look at the number and the word"),
    "before-the-session": gettext_lazy("this is before the session began: look at the day"),
    "too-many-lines": gettext_lazy("these are too many lines for one page: type it in parts"),
}

NO_READING = gettext_lazy("this cannot be a reading: write it like 142/88 96 37.4")


Acts = Callable[[Admitted, DosingSession], HttpResponse]


def _of_session(act: Acts) -> Callable[[Admitted, str, UUID], HttpResponse]:
    """What is done about the session that the address names; where there is none, its page says so."""

    @wraps(act)
    def view(request: Admitted, site: str, enrollment_id: UUID) -> HttpResponse:
        _enrollment, session = session_at(request, enrollment_id)
        if session is None:
            return redirect("session:page", site, enrollment_id)
        return act(request, session)

    return view


@require_safe
@_of_session
def paper(request: Admitted, session: DosingSession) -> HttpResponse:
    """What of a session is on paper: its packs, what to type in, and what waits for a signature."""
    return _page(request, session)


def _page(
    request: Admitted,
    session: DosingSession,
    form: PaperForm | None = None,
    problems: tuple[LineProblem, ...] = (),
    *,
    wrong: str = "",
) -> HttpResponse:
    packs = SessionPack.objects.filter(session=session).select_related("settled", "recorded_by")
    lines = PaperLine.objects.filter(session=session).select_related("entry", "signed", "pack")
    rows = list(lines.order_by("entry__at", "id"))
    names = names_of(
        {str(one.wrote_id) for one in rows} | {str(one.recorded_by_id) for one in rows}
    )
    mine = [one for one in rows if one.wrote_id == request.user.id and not hasattr(one, "signed")]
    context = {
        "enrollment": session.enrollment,
        "number": session.enrollment.label,
        "session": session,
        "packs": [_pack_line(one) for one in packs.order_by("recorded_at", "id")],
        "lines": [_line(one, names) for one in rows],
        "waiting": sum(not hasattr(one, "signed") for one in rows),
        "mine": len(mine),
        "form": form or _form(session),
        "sign_form": SignLinesForm(auto_id="sign_%s"),
        "problems": [
            (one.number, PROBLEMS.get(one.code) or PROBLEMS["not-read"]) for one in problems
        ],
        "wrong": wrong,
        "examples": EXAMPLES,
        "done": done_words(request),
    }
    status = 422 if problems or wrong or (form is not None and form.errors) else 200
    return render(request, "session/paper.html", context, status=status)


def _form(session: DosingSession, told: Any = None) -> PaperForm:
    packs = SessionPack.objects.filter(session=session, settled=None).order_by("recorded_at")
    team = names_of(look_at(session).judged.course.roles)
    begun = timezone.localtime(session.opened_at).date()
    return PaperForm(
        told,
        packs=[(str(one.id), one.serial) for one in packs],
        people=sorted(team.items(), key=lambda each: each[1]),
        initial={"on": begun},
    )


def _pack_line(pack: SessionPack) -> dict[str, Any]:
    settled = getattr(pack, "settled", None)
    return {
        "id": pack.id,
        "serial": pack.serial,
        "made_at": pack.recorded_at,
        "by": pack.recorded_by.login,
        "lines": pack.lines.count(),
        "outcome": settled.outcome if settled else "",
        "words": OUTCOMES[settled.outcome] if settled else "",
        "form": None if settled else _settle_form(pack),
    }


def _settle_form(pack: SessionPack) -> SettlePackForm:
    return SettlePackForm(initial={"pack": pack.id}, auto_id=f"p{pack.id.hex[:8]}_%s")


def _line(one: PaperLine, names: Any) -> dict[str, Any]:
    return {
        "at": one.entry.at,
        "typed_at": one.recorded_at,
        "what": kind_words(one.entry.kind),
        "wrote": names.get(str(one.wrote_id), ""),
        "typed": names.get(str(one.recorded_by_id), ""),
        "is_signed": hasattr(one, "signed"),
        "serial": one.pack.serial if one.pack else "",
        "page": one.page,
    }


def _address(session: DosingSession) -> str:
    at = reverse("session:paper", args=[session.site.code, session.enrollment_id])
    return f"{at}?session={session.id}"


@require_POST
@_of_session
def make(request: Admitted, session: DosingSession) -> HttpResponse:
    """Make a pack, and hand it out as PDF. Each has a number of its own."""
    now, entry_id = timezone.now(), uuid4()
    made = pack_pdf(session, entry_id, now)
    outcome = make_pack(
        session=session,
        content_sha256=sha256(made).hexdigest(),
        entry_id=entry_id,
        by=request.user,
        now=now,
    )
    if not isinstance(outcome, Receipt):
        return _page(request, session, wrong=refusal_words(outcome))
    response = HttpResponse(made, content_type="application/pdf")
    name = f"{serial_of(session, entry_id)}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_POST
@_of_session
def typed(request: Admitted, session: DosingSession) -> HttpResponse:
    """Type in the lines of one page; what cannot be read is named by its line, and nothing is lost."""
    form = _form(session, request.POST)
    if not form.is_valid():
        return _page(request, session, form)
    told, zone = form.cleaned_data, ZoneInfo(session.site.zone)
    kinds = entry_kinds.load().kinds
    lines, problems = read_lines(told["lines"], kinds, told["on"], zone, session.opened_at)
    if problems or not lines:
        return _page(request, session, form, problems, wrong="" if problems else _("Write a line."))
    entries = tuple(
        EntryTold(
            uuid5(told["entry_id"], f"line/{n}"), one.kind, one.at, one.fields, words=one.words
        )
        for n, one in enumerate(lines)
    )
    pack = None
    if told["pack"]:
        pack = SessionPack.objects.filter(id=UUID(told["pack"]), session=session).first()
    outcome = type_in(
        session=session,
        typed=Typed(entries, UUID(told["wrote"]), pack, told["page"]),
        proof=prove(request, told["password"]),
        entry_id=told["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        return go_on(request, _address(session), "paper-typed")
    return _page(request, session, form, wrong=refusal_words(outcome))


@require_POST
@_of_session
def sign(request: Admitted, session: DosingSession) -> HttpResponse:
    """Sign the lines that one wrote on paper oneself and that somebody typed in."""
    form = SignLinesForm(request.POST)
    if not form.is_valid():
        return _page(request, session, wrong=_("Show again who you are, to sign."))
    lines = PaperLine.objects.filter(session=session, wrote=request.user, signed=None)
    outcome = sign_lines(
        session=session,
        lines=list(lines.select_related("entry").order_by("position", "id")),
        proof=prove(request, form.cleaned_data["password"]),
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        return go_on(request, _address(session), "paper-signed")
    return _page(request, session, wrong=refusal_words(outcome))


@require_POST
@_of_session
def settle(request: Admitted, session: DosingSession) -> HttpResponse:
    """Say what became of a pack."""
    form = SettlePackForm(request.POST)
    pack = None
    if form.is_valid():
        rows = SessionPack.objects.select_related("session__enrollment__site")
        pack = rows.filter(id=form.cleaned_data["pack"], session=session).first()
    if pack is None:
        return _page(request, session, wrong=_("Say of which pack, and what became of it."))
    outcome = settle_pack(
        pack=pack,
        outcome=form.cleaned_data["outcome"],
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        return go_on(request, _address(session), "pack-settled")
    return _page(request, session, wrong=refusal_words(outcome))
