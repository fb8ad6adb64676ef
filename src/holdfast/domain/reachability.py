"""Whether somebody can be reached: a page answered within the signed minutes, for as long as signed.

Pure: the caller brings the facts and the clock. What nobody asked, and what is still on its way, is
unknown; unknown is never a yes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from holdfast.domain.duty import Duty, Page
from holdfast.domain.findings import Finding, Outcome, Reference, Standing, Value
from holdfast.domain.rota import Post

REFERENCE = Reference("Duty: who is called, and what happens when nobody answers", "docs/duty.md")

# Every reason, with the values that always come with it.
REACHABILITY_REASONS: Mapping[str, tuple[str, ...]] = {
    "answered-in-time": ("post", "minutes_left"),
    "answer-expired": ("post",),
    "not-answered-in-time": ("post",),
    "cannot-come": ("post",),
    "not-answered-yet": ("post",),
    "nobody-asked": ("post",),
    "times-unsigned": ("post",),
    "nobody-on-duty": ("post",),
}


@dataclass(frozen=True)
class Reachability:
    """Whether a person can be reached, why, and until when that holds."""

    outcome: Outcome
    reason: str
    until: datetime | None = None


def reachable(person: UUID, pages: Sequence[Page], duty: Duty) -> Reachability:
    """What the latest page that a person had to answer says of them.

    An answer counts when it came within the signed minutes after the page reached them, and for
    as long as was signed. A later page that they declined, or let pass, ends what an earlier
    answer said; one that somebody else took does not.
    """
    if duty.answer_within is None or duty.holds_for is None:
        return Reachability(Outcome.UNKNOWN, "times-unsigned")
    calls = [page for page in pages if page.only is None and page.asked_at <= duty.now]
    told = [each for page in calls for each in _told_by(page, person, duty, duty.answer_within)]
    if not told:
        return _not_told(calls, person, duty)
    at, reason = max(told)
    if reason != "answered-in-time":
        return Reachability(Outcome.FAILED, reason)
    until = at + duty.holds_for
    if duty.now >= until:
        return Reachability(Outcome.FAILED, "answer-expired", until)
    return Reachability(Outcome.PASSED, reason, until)


def _not_told(calls: Sequence[Page], person: UUID, duty: Duty) -> Reachability:
    on_its_way = any(_reached_at(page, person, duty) is not None for page in calls)
    return Reachability(Outcome.UNKNOWN, "not-answered-yet" if on_its_way else "nobody-asked")


def _reached_at(page: Page, person: UUID, duty: Duty) -> datetime | None:
    """When a page first reached a person's channel."""
    tries = [
        a.at
        for a in duty.attempts
        if (a.page, a.person, a.is_received) == (page.id, person, True) and a.at <= duty.now
    ]
    return min(tries, default=None)


def _told_by(
    page: Page, person: UUID, duty: Duty, within: timedelta
) -> Iterator[tuple[datetime, str]]:
    """What one page says of a person, and from when on; nothing while they still may answer."""
    answers = [a for a in duty.answers if a.page == page.id and a.at <= duty.now]
    own = [a for a in answers if a.person == person]
    yield from ((a.at, "cannot-come") for a in own if not a.takes)
    reached = _reached_at(page, person, duty)
    if reached is None and not own:
        return
    # Whoever saw it on the page before any channel brought it answers from when it was asked.
    deadline = (page.asked_at if reached is None else reached) + within
    in_time = [a for a in own if a.at <= deadline]
    if took := [a.at for a in in_time if a.takes]:
        yield min(took), "answered-in-time"
    elif (
        not in_time
        and deadline < duty.now
        and not any(a.takes and a.person != person and a.at <= deadline for a in answers)
    ):
        yield deadline, "not-answered-in-time"


_BEST_FIRST = (Outcome.PASSED, Outcome.UNKNOWN, Outcome.FAILED)


def post_reachable(post: Post, pages: Sequence[Page], duty: Duty) -> Finding:
    """Whether whoever is on duty in a post can be reached now: what a later gate asks.

    With several people in the post one of them is enough. ``minutes_left`` is in whole minutes:
    the gate that reads it asks again when it is over.
    """
    people = dict.fromkeys(turn.person for turn in duty.turns if turn.post == post)
    if not people:
        return _finding(post, Outcome.FAILED, "nobody-on-duty")
    found = [reachable(person, pages, duty) for person in people]
    best = min(found, key=lambda each: (_BEST_FIRST.index(each.outcome), _later_first(each)))
    if best.outcome is Outcome.PASSED and best.until is not None:
        left = (best.until - duty.now) // timedelta(minutes=1)
        return _finding(post, best.outcome, best.reason, minutes_left=left)
    return _finding(post, best.outcome, best.reason)


def _later_first(each: Reachability) -> float:
    return -each.until.timestamp() if each.until else 0.0


def _finding(post: Post, outcome: Outcome, reason: str, **values: Value) -> Finding:
    """The times that decide are signed for the site; where they are not, nothing was found."""
    standing = Standing.NOT_FOUND if reason == "times-unsigned" else Standing.SIGNED
    told = {"post": post.value, **values}
    return Finding(f"reachable-{post.value}", outcome, reason, REFERENCE, standing, told)
