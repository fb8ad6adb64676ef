"""My words: a private journal that nobody reads, and one entry at a time shared by a signature."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.actions.outcomes import Answered, Receipt
from holdfast.actions.own_words import end_sharing, share_entry, write_private_entry
from holdfast.actions.private_keys import change_phrase, make_private_key, private_key_of
from holdfast.actions.tries import is_too_many
from holdfast.records.keys import DataKey, Erased
from holdfast.records.own_words import (
    PrivateEntry,
    SharedWords,
    entries_of,
    read_entry,
    standing_shares,
)
from holdfast.records.private_keys import PhraseWrong, open_private
from holdfast.web.admitted import Admitted
from holdfast.web.done import go_on
from holdfast.web.patient.own_key import PHRASES, forget_key, keep_key, kept_key
from holdfast.web.patient.own_words_forms import (
    ChangeForm,
    MakeForm,
    PhraseForm,
    ShareForm,
    TakeBackForm,
    WriteForm,
    too_many_phrases,
)
from holdfast.web.patient.place import Own, acts_for, own_context, own_of
from holdfast.web.reauthentication import address_of, not_proved, prove
from holdfast.web.refusals import refusal_words
from holdfast.web.words import role_title


@require_safe
def page(request: Admitted) -> HttpResponse:
    """The journal: made here first, then opened by its phrase, then read and written in."""
    return _page(request, own_of(request))


def _page(request: Admitted, own: Own, status: int = 200, **forms: Any) -> HttpResponse:
    context = own_context(request, own) | forms
    row = private_key_of(own.enrollment) if own.enrollment else None
    key = _open_key(request, own)
    context |= {"is_made": row is not None, "is_gone": row is not None and row.wrapped is None}
    if key is not None and own.enrollment is not None:
        context["entries"] = _entries(own, key)
        context.setdefault("write_form", WriteForm(auto_id="write_%s"))
    context["is_open"] = key is not None
    context.setdefault("make_form", MakeForm(auto_id="make_%s"))
    context.setdefault("phrase_form", PhraseForm(auto_id="open_%s"))
    return render(request, "patient/words.html", context, status=status)


def _open_key(request: Admitted, own: Own) -> DataKey | None:
    """The key this visit has open, where it is still the person's own."""
    key = kept_key(request)
    row = private_key_of(own.enrollment) if own.enrollment else None
    fits = key is not None and row is not None and row.wrapped is not None and row.id == key.id
    return key if fits else None


def _entries(own: Own, key: DataKey) -> list[dict[str, Any]]:
    assert own.mine is not None
    return [_told(entry, key) for entry in entries_of(own.mine.person_id)]


def _told(entry: PrivateEntry, key: DataKey) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.recorded_at,
        "words": read_entry(entry, key),
        "shared": [
            {
                "id": each.id,
                "roles": [role_title(role) for role in sorted(each.readers)],
                "form": TakeBackForm(auto_id=False, initial={"shared": each.id}),
            }
            for each in standing_shares(entry)
        ],
    }


@acts_for("me-words")
def make(request: Admitted) -> HttpResponse:
    """Make the journal under a phrase that nobody keeps."""
    own, form = own_of(request), MakeForm(request.POST, auto_id="make_%s")
    if own.enrollment is None:
        return HttpResponseRedirect(reverse("me-words"))
    if not form.is_valid():
        return _page(request, own, 422, make_form=form)
    if is_too_many(PHRASES, address_of(request), timezone.now()):
        return _refused_for_now(request, own, "make_form", form)
    outcome = make_private_key(
        enrollment=own.enrollment,
        phrase=form.cleaned_data["phrase"],
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if not isinstance(outcome, Receipt):
        form.add_error("phrase", refusal_words(outcome))
        return _page(request, own, 422, make_form=form)
    return _opened(request, own, form.cleaned_data["phrase"], "journal-made")


def _opened(request: Admitted, own: Own, phrase: str, done: str) -> HttpResponse:
    assert own.enrollment is not None
    row = private_key_of(own.enrollment)
    assert row is not None
    key = open_private(row, phrase)
    response = go_on(request, reverse("me-words"), done)
    keep_key(request, response, key)
    return response


@acts_for("me-words")
def open_it(request: Admitted) -> HttpResponse:
    """Open the journal for this visit by its phrase."""
    own, form = own_of(request), PhraseForm(request.POST, auto_id="open_%s")
    row = private_key_of(own.enrollment) if own.enrollment else None
    if row is None:
        return HttpResponseRedirect(reverse("me-words"))
    if not form.is_valid():
        return _page(request, own, 422, phrase_form=form)
    if is_too_many(PHRASES, address_of(request), timezone.now()):
        return _refused_for_now(request, own, "phrase_form", form)
    try:
        return _opened(request, own, form.cleaned_data["phrase"], "")
    except PhraseWrong:
        form.add_error("phrase", too_many_phrases(is_wrong=True))
    except Erased:
        form.add_error(None, too_many_phrases(is_gone=True))
    return _page(request, own, 422, phrase_form=form)


def _refused_for_now(request: Admitted, own: Own, name: str, form: Any) -> HttpResponse:
    form.add_error("phrase", too_many_phrases())
    return _page(request, own, 429, **{name: form})


@acts_for("me-words")
def close(request: Admitted) -> HttpResponse:
    """Close the journal in this browser."""
    response = go_on(request, reverse("me-words"), "journal-closed")
    forget_key(response)
    return response


@acts_for("me-words")
def write(request: Admitted) -> HttpResponse:
    """Keep what was written. Where the journal closed meanwhile, the words stay in the form."""
    own, form = own_of(request), WriteForm(request.POST, auto_id="write_%s")
    key = _open_key(request, own)
    if own.enrollment is None:
        return HttpResponseRedirect(reverse("me-words"))
    if key is None:
        return _page(request, own, 422, kept_form=form)
    if not form.is_valid():
        return _page(request, own, 422, write_form=form)
    outcome = write_private_entry(
        enrollment=own.enrollment,
        words=form.cleaned_data["words"],
        key=key,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("me-words"), "words-kept")
    form.add_error("words", refusal_words(outcome))
    return _page(request, own, 422, write_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def phrase(request: Admitted) -> HttpResponse:
    """Put another phrase in the place of the old one; the words stay as they are sealed."""
    own = own_of(request)
    form = ChangeForm(request.POST if request.method == "POST" else None)
    is_whole = form.is_bound and form.is_valid()
    if is_whole and own.enrollment is not None:
        if is_too_many(PHRASES, address_of(request), timezone.now()):
            form.add_error("phrase", too_many_phrases())
        else:
            outcome = change_phrase(
                enrollment=own.enrollment,
                phrase=form.cleaned_data["phrase"],
                new=form.cleaned_data["new"],
                entry_id=form.cleaned_data["entry_id"],
                by=request.user,
                now=timezone.now(),
            )
            if isinstance(outcome, Receipt):
                return go_on(request, reverse("me-words"), "phrase-changed")
            form.add_error("phrase", refusal_words(outcome))
    context = own_context(request, own) | {"form": form}
    return render(request, "patient/phrase.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: Admitted) -> HttpResponse:
    """Share one entry with the roles named, by a signature of one's own."""
    own = own_of(request)
    key = _open_key(request, own)
    sent = request.POST if request.method == "POST" else request.GET
    form = ShareForm(sent) if request.method == "POST" else ShareForm(initial=sent.dict())
    entry = _own_entry(own, sent.get("entry", ""))
    if key is None or entry is None:
        return HttpResponseRedirect(reverse("me-words"))
    if form.is_bound and form.is_valid():
        proof = prove(request, form.cleaned_data["password"])
        if proof is None:
            form.add_error("password", not_proved(request, form.cleaned_data["password"]))
        else:
            outcome = share_entry(
                entry=entry,
                roles=form.cleaned_data["roles"],
                key=key,
                proof=proof,
                entry_id=form.cleaned_data["entry_id"],
                by=request.user,
                now=timezone.now(),
            )
            if isinstance(outcome, Receipt):
                return go_on(request, reverse("me-words"), "words-shared")
            form.add_error(None, refusal_words(outcome))
    context = own_context(request, own) | {"form": form, "entry": _told(entry, key)}
    return render(request, "patient/share.html", context, status=422 if form.is_bound else 200)


def _own_entry(own: Own, entry_id: str) -> PrivateEntry | None:
    """An entry of the person's own; None for any other."""
    if own.mine is None:
        return None
    found = entries_of(own.mine.person_id)
    return next((each for each in found if str(each.id) == entry_id), None)


@acts_for("me-words")
def take_back(request: Admitted) -> HttpResponse:
    """Take a shared copy back."""
    own, form = own_of(request), TakeBackForm(request.POST)
    if own.mine is None or not form.is_valid():
        return HttpResponseRedirect(reverse("me-words"))
    rows = SharedWords.objects.filter(entry__person=own.mine.person_id)
    shared = rows.select_related("enrollment__site").filter(id=form.cleaned_data["shared"]).first()
    if shared is None:
        return HttpResponseRedirect(reverse("me-words"))
    outcome: Answered = end_sharing(
        shared=shared,
        entry_id=form.cleaned_data["entry_id"],
        by=request.user,
        now=timezone.now(),
    )
    if isinstance(outcome, Receipt):
        return go_on(request, reverse("me-words"), "words-taken-back")
    form.add_error(None, refusal_words(outcome))
    return _page(request, own, 422, form=form)
