"""Break-glass: a record is opened in an emergency, closed again, and the opening is reviewed.

Opening takes effect in its own transaction and waits for nobody. Whoever answers for the site and
for the person is told in the same transaction.
"""

from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Refusal
from holdfast.actions.permission import refused, role_with
from holdfast.actions.signatures import ReauthenticationProof, proof_refused, sign
from holdfast.actions.writing import (
    LockedStream,
    lock,
    message,
    one_transaction,
    refused_where_erased,
)
from holdfast.domain import glass
from holdfast.domain.rota import Post
from holdfast.records import access
from holdfast.records.canonical import document
from holdfast.records.care import Enrollment
from holdfast.records.duty import DutyPage
from holdfast.records.glass import (
    OPEN_FOR,
    GlassEnd,
    GlassMiss,
    GlassOpening,
    GlassReview,
    opening_value,
    responsible_for,
    time_in_force,
)
from holdfast.records.glass_access import given_by_glass, may_break_glass, role_that_breaks_glass
from holdfast.records.journal import ORGANISATION, JournalEntry
from holdfast.records.keys import DataKey, Erased, data_key_of, sealed
from holdfast.records.people import PersonKey, Site, User

LONGEST_WORDS = 2_000


def _may_break(by: User, now: datetime) -> Refusal | None:
    if may_break_glass(by, now):
        return None
    return Refusal("not-permitted", {"permission": "glass.break"})


@one_transaction
def record_miss(
    *, site: Site, way: str, answered: glass.Match, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Write that somebody searched in an emergency and opened nothing; not what they searched for."""
    if refusal := _may_break(by, now):
        return refusal
    if way not in GlassOpening.WAYS or answered is glass.Match.ONE:
        return Refusal("kind-unknown")
    stream = lock(site.id, now)
    told = {"way": way, "answered": answered.value}
    sent = stream.sent("glass-search-missed", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = GlassMiss(
        id=uuid5(entry_id, "miss"), site=site, sought_at=stream.now, sought_by=by, **told
    )
    return stream.write(sent, [fact], by=by, values=told)


@one_transaction
@refused_where_erased
def break_glass(
    *,
    enrollment: Enrollment,
    way: str,
    reason_code: str,
    words: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Open one enrollment in an emergency, at once and for a short time.

    Refused only to who may never, who needs it not, and who gives no reason or no proof.
    """
    if refusal := _may_break(by, now) or _unfit(way, reason_code, words):
        return refusal
    above, here = lock(ORGANISATION, now), lock(enrollment.site_id, now)
    stream = lock(enrollment.id, now)
    what = {"way": way, "reason": reason_code, "words": words}
    sent = stream.sent("glass-broken", entry_id, what)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    role = role_that_breaks_glass(by, now)
    if given_by_glass(role) <= access.permissions_of(
        by, enrollment.site, now, enrollment.protocol_name
    ):
        return Refusal("glass-not-needed")
    if refusal := proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = _opening(stream, enrollment, role, entry_id, by)
    if fact is None:
        return Refusal("glass-time-unknown")
    fact.way, fact.reason_code = way, reason_code
    key = data_key_of(enrollment.person_id, PersonKey.WORDS)
    fact.reason_words = sealed(key, fact, "reason_words", words.strip())
    signature = sign(
        stream,
        fact.signature_id,
        [fact],
        meaning="opens-in-emergency",
        role=role,
        by=by,
        proof=proof,
    )
    told = {"opening": fact.id.hex, "enrollment": enrollment.id.hex, "by": by.id.hex}
    letter = message(
        "glass-broken",
        fact.id,
        site=enrollment.site_id.hex,
        person=responsible_for([enrollment])[enrollment.id].hex,
        **told,
    )
    values = {"opening": fact.id.hex, "reason": reason_code}
    receipt = stream.write(sent, [signature, fact, letter], by=by, values=values)
    _page_the_lead(here, fact, entry_id, by)
    _tell_above(above, "glass-broken", entry_id, told, by)
    return receipt


def _unfit(way: str, reason_code: str, words: str) -> Refusal | None:
    if way not in GlassOpening.WAYS:
        return Refusal("kind-unknown")
    if reason_code not in GlassOpening.REASONS:
        return Refusal("reason-unknown")
    return _words_refused(words)


def _words_refused(words: str) -> Refusal | None:
    fits = 0 < len(words.strip()) <= LONGEST_WORDS
    return None if fits else Refusal("words-missing")


def _opening(
    stream: LockedStream, enrollment: Enrollment, role: str, entry_id: UUID, by: User
) -> GlassOpening | None:
    until = glass.closes(stream.now, time_in_force(enrollment.site, OPEN_FOR))
    if until is None:
        return None
    return GlassOpening(
        id=uuid5(entry_id, "opening"),
        enrollment=enrollment,
        user=by,
        permissions=document(sorted(given_by_glass(role))).decode(),
        opened_at=stream.now,
        opened_by=by,
        until=until,
        signature_id=uuid5(entry_id, "signature"),
    )


def _page_the_lead(here: LockedStream, opening: GlassOpening, entry_id: UUID, by: User) -> None:
    """Call the site lead: the watch sends it by their channels and lets it climb until answered."""
    page = DutyPage(
        id=uuid5(entry_id, "page"),
        site_id=here.id,
        post=Post.SITE_LEAD,
        reason=DutyPage.GLASS,
        asked_at=here.now,
        asked_by=by,
    )
    values = {"post": page.post, "reason": page.reason}
    sent = here.sent("duty-paged", uuid5(entry_id, "paged"), {"opening": opening.id})
    here.write(sent, [page], by=by, values=values)


def _tell_above(
    above: LockedStream, kind: str, entry_id: UUID, told: dict[str, str], by: User
) -> None:
    """The organisation's own stream says it too: an opening is no matter of one site alone."""
    sent = above.sent(kind, uuid5(entry_id, "organisation"), told)
    above.write(sent, [], by=by, values=told)


@one_transaction
def end_glass(*, opening: GlassOpening, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Whoever opened a record closes it before its time."""
    if opening.user_id != by.id:
        return Refusal("not-permitted", {"permission": "glass.break"})
    above, stream = lock(ORGANISATION, now), lock(opening.enrollment_id, now)
    sent = stream.sent("glass-closed", entry_id, {"opening": opening.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if stream.now >= opening.until or GlassEnd.objects.filter(opening=opening).exists():
        return Refusal("glass-ended-already")
    fact = GlassEnd(id=uuid5(entry_id, "end"), opening=opening, ended_at=stream.now, ended_by=by)
    told = {"opening": opening.id.hex, "enrollment": opening.enrollment_id.hex, "by": by.id.hex}
    receipt = stream.write(sent, [fact], by=by, values={"opening": opening.id.hex})
    _tell_above(above, "glass-closed", entry_id, told, by)
    return receipt


@one_transaction
def review_glass(
    *,
    opening: GlassOpening,
    verdict: str,
    words: str,
    proof: ReauthenticationProof | None,
    entry_id: UUID,
    by: User,
    now: datetime,
) -> Answered:
    """Somebody else signs whether an opening was justified, with their words."""
    site = opening.enrollment.site
    if refusal := refused(by, opening.enrollment, "glass.review", now):
        return refusal
    above, stream = lock(ORGANISATION, now), lock(opening.enrollment_id, now)
    sent = stream.sent("glass-reviewed", entry_id, {"verdict": verdict, "words": words})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if refusal := _review_refused(opening, verdict, words, by) or proof_refused(proof, by, now):
        return refusal
    assert proof is not None
    fact = GlassReview(
        id=uuid5(entry_id, "review"),
        opening=opening,
        verdict=verdict,
        signature_id=uuid5(entry_id, "signature"),
    )
    fact.words = sealed(_key_of_the_words(opening, by), fact, "words", words.strip())
    signature = sign(
        stream,
        fact.signature_id,
        [opening, fact],
        meaning="reviews-emergency",
        role=role_with(by, opening.enrollment, "glass.review", now),
        by=by,
        proof=proof,
    )
    told = {"opening": opening.id.hex, "verdict": verdict}
    letter = message("glass-reviewed", opening.id, site=site.id.hex, verdict=verdict)
    receipt = stream.write(sent, [signature, fact, letter], by=by, values=told)
    _tell_above(above, "glass-reviewed", entry_id, told, by)
    return receipt


def _review_refused(opening: GlassOpening, verdict: str, words: str, by: User) -> Refusal | None:
    if not glass.may_review(opening_value(opening), by.id):
        return Refusal("glass-own-review")
    if GlassReview.objects.filter(opening=opening).exists():
        return Refusal("glass-reviewed-already")
    if verdict not in set(glass.Verdict):
        return Refusal("outcome-unknown")
    return _words_refused(words)


def _key_of_the_words(opening: GlassOpening, by: User) -> DataKey:
    """The person's key; the reviewer's own where it was destroyed: an erasure hides no opening."""
    try:
        return data_key_of(opening.enrollment.person_id, PersonKey.WORDS)
    except Erased:
        return data_key_of(by.id, PersonKey.IDENTITY)


@one_transaction
def chase_review(*, opening: GlassOpening, number: int, by: User, now: datetime) -> Answered | None:
    """Write the message that an opening waits for its review past its time; once for each number."""
    entry_id = uuid5(opening.id, f"chase/{number}")
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(opening.enrollment.site_id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    told = {"opening": opening.id.hex, "number": number}
    letter = message("glass-review-overdue", opening.id, site=stream.id.hex, number=number)
    sent = stream.sent("glass-review-chased", entry_id, told)
    return stream.write(sent, [letter], by=by, values=told)
