"""Three dosing sessions under way at the site of the courses: begun in the past, fed while somebody looks.

Everything goes through the actions of the pages, behind the gates that stand before it.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import FrameType

from holdfast.cli.courses import furnished
from holdfast.cli.courses.clock import Acts
from holdfast.cli.courses.desk import Desk
from holdfast.cli.courses.feeding import Feeding
from holdfast.cli.courses.live_session import LiveSession
from holdfast.cli.courses.plots import PLOTS, Plot
from holdfast.cli.courses.team import Team
from holdfast.cli.courses.under_way import UnderWay
from holdfast.records.people import Site, User
from holdfast.records.session import DosingSession
from holdfast.records.session_now import open_sessions
from holdfast.web.session.heard import note_heard

PROTOCOL = "mapp2"
TESTED_BEFORE = timedelta(hours=12)
EVERY_SECONDS = 5.0


def before_their_session(desk: Desk, team: Team, now: datetime) -> list[UnderWay]:
    """Three courses up to the gate of their first session today; nothing of them has happened yet."""
    return [
        UnderWay(desk, team, f"S{n + 1:02d}", PROTOCOL, now - timedelta(minutes=plot.minutes), n)
        for n, plot in enumerate(PLOTS.values())
    ]


def recipients_answer(desk: Desk, team: Team, now: datetime) -> Acts:
    """The recipients of complaints answer a test in the night before."""
    at = now - TESTED_BEFORE
    yield at
    furnished.prove_recipients(desk, team, at)


def begin(three: Sequence[UnderWay]) -> list[str]:
    """Open the three sessions, each so long ago as its plot says, and bring them up to now."""
    said = []
    for course, plot in zip(three, PLOTS.values(), strict=True):
        live = LiveSession(course.opened(), plot, _attendant(course.team.site), course.now)
        feeding = Feeding(live)
        if feeding.begin(course.dose_at):
            feeding.catch_up(datetime.now(UTC))
        said += feeding.says
    return said


def _attendant(site: Site) -> User:
    """Who comes for the night: a therapist of another pair."""
    return User.objects.get(login=f"therapist-1-b-{site.code.lower()}")


def under_way(site: Site) -> Iterator[tuple[DosingSession, Plot]]:
    """The sessions that are fed, by their room."""
    for session in open_sessions(site):
        if session.room is not None and session.room.code in PLOTS:
            yield session, PLOTS[session.room.code]


def feed(site: Site, speed: float, say: Callable[[str], None]) -> int:
    """Feed every session that is under way until it is over, or until this is told to stop.

    Returns how many there were.
    """
    is_stopped = _stopped_by_signal()
    now = datetime.now(UTC)
    feedings = [
        Feeding(LiveSession(session, plot, _attendant(site), now), speed)
        for session, plot in under_way(site)
    ]
    for feeding in feedings:
        if feeding.dose_at is not None:
            feeding.go_live(now)
    say(f"{len(feedings)} sessions are under way, at {speed:g} times the speed of a body.")
    while not is_stopped() and any(not each.is_over for each in feedings):
        # The room has no tablet that asks; who writes for it is heard from in its stead.
        note_heard([each.live.session for each in feedings if not each.is_over], datetime.now(UTC))
        for feeding in feedings:
            feeding.tick(datetime.now(UTC))
            while feeding.says:
                say(feeding.says.pop(0))
        time.sleep(EVERY_SECONDS / max(1.0, speed / 5))
    if not is_stopped():
        say("No session is under way any more.")
    return len(feedings)


def _stopped_by_signal() -> Callable[[], bool]:
    """Whether this process was told to end: what is being written is written whole first."""
    stopped: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopped.append(number)

    signal.signal(signal.SIGTERM, stop)
    return lambda: bool(stopped)
