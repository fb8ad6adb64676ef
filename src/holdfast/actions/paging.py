"""Pages: somebody is called, what became of each try to reach them, and who answered."""

import hmac
import re
from datetime import datetime
from uuid import UUID, uuid5

from holdfast.actions.outcomes import Answered, Conflict, Receipt, Refusal
from holdfast.actions.people import HOUSE
from holdfast.actions.permission import refused
from holdfast.actions.writing import lock, message, one_transaction
from holdfast.domain.duty import Condition, Send
from holdfast.domain.rota import Post
from holdfast.records.columns import instant_text
from holdfast.records.duty import DutyContact, DutyPage, PageAnswer, PageAttempt
from holdfast.records.journal import JournalEntry
from holdfast.records.people import Site, User
from holdfast.records.rota import code_of_test

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@one_transaction
def page_duty(
    *, site: Site, post: str, reason: str, entry_id: UUID, by: User, now: datetime
) -> Answered:
    """Call whoever is on duty, the asked post first. The watch sends it and lets it climb."""
    if refusal := refused(by, site, "duty.page", now):
        return refusal
    if post and post not in set(Post):
        return Refusal("post-unknown")
    if reason not in DutyPage.REASONS:
        return Refusal("reason-unknown")
    stream = lock(site.id, now)
    sent = stream.sent("duty-paged", entry_id, {"post": post, "reason": reason})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = DutyPage(
        id=uuid5(entry_id, "page"),
        site=site,
        post=post,
        reason=reason,
        asked_at=stream.now,
        asked_by=by,
    )
    return stream.write(sent, [fact], by=by, values={"post": post, "reason": reason})


@one_transaction
def begin_test(*, contact: DutyContact, entry_id: UUID, by: User, now: datetime) -> Answered:
    """Begin a test of one channel of one person: the watch sends a code by that channel alone."""
    if by.id != HOUSE:  # the watch begins the daily tests
        if refusal := refused(by, contact.site, "duty.answer", now):
            return refusal
        if contact.user_id != by.id:
            return Refusal("channel-of-another")
    stream = lock(contact.site_id, now)
    sent = stream.sent("duty-test-begun", entry_id, {"contact": contact.id})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = DutyPage(
        id=uuid5(entry_id, "page"),
        site_id=contact.site_id,
        reason=DutyPage.TEST,
        asked_at=stream.now,
        asked_by=by,
        user_id=contact.user_id,
        channel=contact.channel,
    )
    return stream.write(sent, [fact], by=by, values={"channel": contact.channel})


@one_transaction
def record_attempt(
    *, page: DutyPage, send: Send, outcome: str, detail: str, message: UUID, by: User, now: datetime
) -> Answered:
    """Record what became of one try, after it was made; received only with the channel's receipt.

    ``detail`` is a code such as ``http-503``. There is nobody to refuse: it happened.
    """
    if outcome not in PageAttempt.OUTCOMES or not _CODE.fullmatch(detail):
        return Refusal("not-a-code")
    entry_id = uuid5(message, f"{outcome}/{instant_text(now)}")
    stream = lock(page.site_id, now)
    told = {"message": message, "outcome": outcome, "detail": detail}
    sent = stream.sent(f"page-{outcome}", entry_id, told)
    if earlier := stream.earlier(sent, by=by):
        return earlier
    fact = PageAttempt(
        id=uuid5(entry_id, "attempt"),
        page=page,
        user_id=send.person,
        channel=send.channel,
        outcome=outcome,
        detail=detail,
        message=message,
    )
    return stream.write(sent, [fact], by=by, values={"page": page.id.hex})


@one_transaction
def answer_page(
    *, page: DutyPage, done: str, entry_id: UUID, by: User, now: datetime, code: str = ""
) -> Answered:
    """Answer a page with what was done. A test is answered with the code that its channel carried."""
    if refusal := refused(by, page.site, "duty.answer", now):
        return refusal
    is_test = page.reason == DutyPage.TEST
    stream = lock(page.site_id, now)
    sent = stream.sent("page-answered", entry_id, {"page": page.id, "done": done})
    if earlier := stream.earlier(sent, by=by):
        return earlier
    if is_test != (done == "test-received") or done not in (*PageAnswer.TAKEN, PageAnswer.CANNOT):
        return Refusal("outcome-unknown")
    if done != PageAnswer.CANNOT and (page.reason == DutyPage.GLASS) != (done == "seen"):
        return Refusal("outcome-unknown")
    if is_test and page.user_id != by.id:
        return Refusal("channel-of-another")
    if is_test and not hmac.compare_digest(code.encode(), code_of_test(page).encode()):
        return Refusal("code-does-not-fit")
    fact = PageAnswer(
        id=uuid5(entry_id, "answer"), page=page, done=done, answered_at=stream.now, answered_by=by
    )
    return stream.write(sent, [fact], by=by, values={"page": page.id.hex, "done": done})


@one_transaction
def tell_condition(
    *, site: Site, condition: Condition, day: str, by: User, now: datetime
) -> Receipt | Conflict | None:
    """Write, once a day, the message that something is wrong with duty: codes and ids, no name."""
    person = condition.person.hex if condition.person else ""
    about = condition.page or site.id
    entry_id = uuid5(about, f"duty/{condition.code}/{person}/{condition.channel}/{day}")
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    stream = lock(site.id, now)
    if JournalEntry.objects.filter(entry_id=entry_id).exists():
        return None
    told = {"code": condition.code, "person": person, "channel": condition.channel}
    letter = message("duty-condition", about, site=site.id.hex, **told)
    sent = stream.sent("duty-condition-told", entry_id, told)
    return stream.write(sent, [letter], by=by, values={"code": condition.code})
