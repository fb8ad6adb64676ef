"""What is written of a session is heard by every open stream, on each database, and ends when it must."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.db import connections

from holdfast.web.session.hub import ASK_EVERY, END, Covers, Hub, Listener, due
from tests.actions.clinic import found
from tests.actions.running import KEY
from tests.actions.sessions import Sitting, nothing_kept, sat_down

__all__ = ["nothing_kept"]


@pytest.fixture
def sitting(any_database, monkeypatch) -> Sitting:
    """A session that was just opened, on SQLite and on PostgreSQL."""
    monkeypatch.delenv("HOLDFAST_KEY_FILE", raising=False)
    monkeypatch.setenv("HOLDFAST_KEY", KEY)
    return sat_down(found())


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join(5)


class Ears:
    """Somebody who listens to a hub of their own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, may: Callable[[], Covers | None]) -> None:
        self.hub = Hub()
        self.listener = Listener(may, loop, hub=self.hub)
        self.hub.join(self.listener)

    def hears(self, seconds: float = 10) -> tuple[str, Any]:
        """The next message: its kind and what it tells."""
        waiting = asyncio.run_coroutine_threadsafe(self.listener.queue.get(), self.listener.loop)
        told = waiting.result(seconds)
        if told == END:
            return "end", None
        kind, data = told.decode().strip().split("\n")
        return kind.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))

    def leave(self) -> None:
        self.hub.leave(self.listener)
        until = time.monotonic() + 10
        while self.hub.is_running and time.monotonic() < until:
            time.sleep(0.05)


def test_an_entry_and_its_alarm_are_heard_with_their_position_and_without_a_word(sitting, loop):
    ears = Ears(loop, lambda: lambda session: True)
    kind, places = ears.hears()
    assert (kind, list(places)) == ("hello", [str(sitting.session.id)])
    began = time.monotonic()
    sitting.reading(172, 90, words="She says nobody may hear this")
    kind, told = ears.hears()
    assert (kind, told["session"]) == ("news", str(sitting.session.id))
    assert time.monotonic() - began < 5  # alone it is a tenth of a second
    assert told["after"] == places[told["session"]] < told["position"]
    assert [one["fields"]["systolic_mmhg"] for one in told["entries"]] == [172]
    assert [one["code"] for one in told["alarms"]] == ["systolic-observed"]
    assert "nobody may hear" not in orjson.dumps(told).decode()
    ears.leave()
    assert not ears.hub.is_running
    connections.close_all()


def test_who_may_hear_nothing_more_is_ended_and_who_sees_another_session_hears_nothing(
    sitting, loop
):
    still = [True]
    ears = Ears(loop, lambda: (lambda session: False) if still[0] else None)
    assert ears.hears() == ("hello", {})
    sitting.reading(172, 90)
    still[0] = False
    assert ears.hears() == ("end", None)
    ears.leave()
    connections.close_all()


def test_a_stream_that_does_not_keep_up_is_ended_so_that_its_page_asks_anew(loop):
    listener = Listener(lambda: None, loop)
    for number in range(300):
        listener.tell(b"%d" % number)
    waiting = asyncio.run_coroutine_threadsafe(asyncio.sleep(0.2), loop)
    waiting.result(5)
    assert listener.queue.get_nowait() == END


def test_everybody_is_asked_within_the_time_and_never_all_at_once(loop):
    sixty = [Listener(lambda: None, loop) for _ in range(60)]
    now, turns = 100.0, []
    for _ in range(40):  # twenty turns of a tenth of a second are the two seconds, twice
        now += ASK_EVERY / 20
        asked = due(sixty, ASK_EVERY / 20)
        for each in asked:
            each.asked_at = now
        turns.append(len(asked))
    assert max(turns) <= 4
    assert all(now - each.asked_at < ASK_EVERY for each in sixty)
    assert due(sixty, 60) == sorted(sixty, key=lambda each: each.asked_at)  # after a long pause
    assert due([], 1) == []
