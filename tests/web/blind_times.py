"""How long answers take in two processes whose files differ in the sealed map alone, asked in turn.

Each process has its own file and its own memory, so that nothing that one of them keeps serves the
other. Which is asked first is drawn anew each time.
"""

import multiprocessing
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.signals import request_started
from django.db import connection
from django.test import Client
from django.utils import timezone

from holdfast.actions.dispensing import dispense
from holdfast.actions.randomizing import randomize
from holdfast.records.models import User
from tests import databases
from tests.actions.clinic import written
from tests.web.blind_course import Course, gates_open, staff
from tests.web.blind_supply import VISIT
from tests.web.blind_words import ARMS
from tests.web.drawn import injected
from tests.web.sealed_map import said_by
from tests.web.twice import Files

LEAK_SECONDS = 0.005
RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """Between what the difference of both medians lies, in milliseconds, with 95 % confidence.

    The bootstrap's percentiles (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
    chapter 13). Pairs are drawn again, not single answers: both of a pair had the same machine.
    """

    low: float
    high: float

    @classmethod
    def of(cls, pairs: list[tuple[float, float]]) -> "Interval":
        told = np.array(pairs) * 1000
        drawn = np.random.default_rng(6).integers(0, len(told), (RESAMPLES, len(told)))
        medians = np.median(told[drawn], axis=1)
        low, high = np.percentile(medians[:, 1] - medians[:, 0], [2.5, 97.5])
        return cls(float(low), float(high))

    def is_within(self, milliseconds: float) -> bool:
        """Whether all of it is nearer to nothing than this."""
        return -milliseconds <= self.low and self.high <= milliseconds


@dataclass(frozen=True)
class Pair:
    """Both processes, by what is said to them."""

    plain: Connection
    swapped: Connection

    def times(self, asked: tuple[str, ...], count: int) -> list[tuple[float, float]]:
        """So many answers of each to the same question, one after the other."""
        toss, pairs = random.Random(6), []
        for _ in range(count + 5):
            order = [self.plain, self.swapped]
            if toss.random() < 0.5:
                order.reverse()
            took = {}
            for each in order:
                each.send(asked)
                took[each] = float(each.recv())
            pairs.append((took[self.plain], took[self.swapped]))
        return pairs[5:]  # the first ones load modules and templates

    def interval(self, *asked: str, count: int) -> Interval:
        """Of the difference that the map makes to one question."""
        return Interval.of(self.times(asked, count))


@contextmanager
def both(
    files: Files, key: str, folder: Path, *, until: str, leaks: bool = False
) -> Iterator[Pair]:
    """Two processes; the course was run in each up to one step."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    ends, running = [], []
    for name in ("plain", "swapped"):
        path = folder / f"{name}.sqlite3"
        shutil.copyfile(getattr(files, name), path)
        ours, theirs = fork.Pipe()
        told = (theirs, path, key, files, name == "swapped", until, leaks)
        process = fork.Process(target=_answer, args=told, daemon=True)
        process.start()
        theirs.close()
        ends.append(ours)
        running.append(process)
    try:
        yield Pair(*ends)
    finally:
        for end, process in zip(ends, running, strict=True):
            end.close()
            process.join(10)


def _answer(
    end: Connection, path: Path, key: str, files: Files, is_swapped: bool, until: str, leaks: bool
) -> None:
    """One process: prepares its file, and answers how long each thing took."""
    with pytest.MonkeyPatch.context() as patch, databases.pointed_at(f"sqlite:///{path}"):
        patch.delenv("HOLDFAST_KEY_FILE", raising=False)
        patch.setenv("HOLDFAST_KEY", key)
        gates_open(patch)
        with injected(files.began) as source:
            course = Course(source, is_swapped)
            if until:
                course.run(until)
        if leaks:
            request_started.connect(_planted, weak=False)
        asker = _Asker(course, path)
        while True:
            try:
                asked = end.recv()
            except EOFError:
                return
            end.send(getattr(asker, asked[0])(*asked[1:]))


def _planted(**_: Any) -> None:
    """A leak: what is first in the list makes every answer slower."""
    if next(iter(said_by("slot").values()))["arm"] == ARMS[0]:
        time.sleep(LEAK_SECONDS)


class _Asker:
    """What can be asked of a process. Each gives the seconds that it took."""

    def __init__(self, course: Course, path: Path) -> None:
        self.course, self.path, self.clients = course, path, dict[str, Client]()
        self.before = path.with_suffix(".before")
        connection.close()
        shutil.copyfile(path, self.before)
        self.people = course.people()

    def page(self, role: str, address: str) -> float:
        """One page, as somebody in a role reads it."""
        if role not in self.clients:
            self.clients[role] = Client(headers={"host": "localhost"})
            self.clients[role].force_login(User.objects.get(login=role))
        path = address.format(person=self.people[0].id)
        began = time.perf_counter()
        answer = self.clients[role].get(path)
        took = time.perf_counter() - began
        assert answer.status_code == 200, (role, address, answer.status_code)
        return took

    def slot(self) -> float:
        """Somebody takes the next slot; then it is undone."""
        self._as_before()
        clinic = staff()
        told = {"levels": {"sex": "male"}, "entry_id": uuid4(), "by": clinic.coordinator}
        began = time.perf_counter()
        written(randomize(enrollment=self.people[-1], now=timezone.now(), **told))
        return time.perf_counter() - began

    def kit(self) -> float:
        """A kit is drawn for somebody; then it is undone."""
        self._as_before()
        by = staff().accounts["pharmacist"]
        told = {"visit": VISIT, "entry_id": uuid4(), "by": by}
        began = time.perf_counter()
        written(dispense(enrollment=self.people[0], now=timezone.now(), **told))
        return time.perf_counter() - began

    def _as_before(self) -> None:
        connection.close()
        shutil.copyfile(self.before, self.path)
