"""Runs the tests against one changed rule after another; started by ``tools/mutation.py`` in a copy.

``python -m tools.mutation_run FOUND MOST module... -- test...`` writes what went unnoticed into FOUND.
"""

import ast
import builtins
import functools
import gc
import importlib
import importlib.util
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tools.mutants import Mutant, mutants
from tools.mutation import path_of, spread

QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not nightly and not faults")
SEEN: set[tuple[str, int]] = set()
"""Which lines of which modules ran since it was last emptied."""
NO_TEST = -1
SECONDS = 120  # of the processor, for one change; more is noticed too

Codes = Mapping[tuple[str, int], CodeType]


# --- The code of functions that are there --------------------------------------------------------


def codes_of(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """Every function's code inside a module's, by its name and first line."""
    found: dict[tuple[str, int], CodeType] = {}
    for one in code.co_consts:
        if isinstance(one, CodeType):
            found[(one.co_qualname, one.co_firstlineno)] = one
            found |= codes_of(one)
    return found


def functions_of(path: Path) -> list[FunctionType]:
    """Every function of a module that is there."""
    return [
        one
        for one in gc.get_objects()
        if isinstance(one, FunctionType) and one.__code__.co_filename == str(path)
    ]


def put(functions: Iterable[FunctionType], codes: Codes) -> None:
    """Give each function the code of the same name and line."""
    for one in functions:
        new = codes.get((one.__code__.co_qualname, one.__code__.co_firstlineno))
        if new is not None and len(new.co_freevars) == len(one.__code__.co_freevars):
            one.__code__ = new


def watched(path: Path, module: str) -> CodeType:
    """The module with a note before each statement of a function, of that it ran."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            _note(node, module)
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


def _note(node: ast.AST, module: str) -> None:
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        if not isinstance(statements, list) or isinstance(node, ast.Lambda | ast.IfExp):
            continue
        noted: list[ast.stmt] = []
        for one in statements:
            note = ast.parse(f"__seen__(({module!r}, {one.lineno}))").body[0]
            for inner in ast.walk(note):
                ast.copy_location(inner, one)
            noted += [note, one]
            if not isinstance(one, ast.FunctionDef | ast.ClassDef):
                _note(one, module)
        setattr(node, field, noted)
    for handler in getattr(node, "handlers", []):
        _note(handler, module)


def forget_results() -> None:
    """Nothing that tests or rules kept of an earlier call is used again."""
    for one in gc.get_objects():
        is_kept = isinstance(one, functools._lru_cache_wrapper)
        if is_kept and (one.__module__ or "").startswith(("tests.", "holdfast.domain.")):
            one.cache_clear()


# --- One process for each change -----------------------------------------------------------------


class Mutation:
    """The plugin that takes the place of the run: it tries one change after another."""

    def __init__(self, modules: Sequence[str], most: int, tests: Sequence[str]) -> None:
        self.modules, self.most, self.tests = modules, most, tests
        self.survived: list[str] = []
        self.noticing: list[int] = []  # the tests that failed last, the newest at the end
        self.fits = False
        self.functions: Mapping[str, Sequence[FunctionType]] = {}
        self.early: set[tuple[str, int]] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the tests: which lines each reaches, and then every change."""
        self.early = set(SEEN)
        forget_results()
        items = session.items
        reach = answer_of(lambda: self._reach(items), SECONDS * 10)
        if reach is None:
            print("The tests fail as the rules are.", flush=True)
            return True
        self.fits = True
        self.functions = {module: functions_of(path_of(module)) for module in self.modules}
        gc.freeze()  # what is there is not looked through again: pages stay shared with each child
        gc.set_threshold(100_000)
        for is_inside in (True, False):  # the quick ones first
            for module in self.modules:
                self._try_all(module, items, reach, is_inside=is_inside)
        return True

    def _reach(
        self, items: Sequence[pytest.Item]
    ) -> list[tuple[float, set[tuple[str, int]]]] | None:
        found = []
        for item, following in _pairs(items):
            SEEN.clear()
            start = time.process_time()
            if not passes(item, following):
                print(f"Fails as it is: {item.nodeid}", flush=True)
                return None
            found.append((time.process_time() - start, set(SEEN)))
        return found

    def _try_all(
        self,
        module: str,
        items: Sequence[pytest.Item],
        reach: Sequence[tuple[float, set[tuple[str, int]]]],
        *,
        is_inside: bool,
    ) -> None:
        path = path_of(module)
        by_line: dict[int, list[int]] = defaultdict(list)
        for number, (_, lines) in enumerate(reach):
            for of, line in lines:
                if of == module:
                    by_line[line].append(number)
        functions = self.functions[module]
        tried, start, unnoticed = 0, time.monotonic(), 0
        for number, one in _numbered(path, module, self.most):
            if one.is_inside is not is_inside:
                continue
            tried += 1
            chosen = sorted(by_line[one.line], key=lambda place: (reach[place][0], place))
            is_fresh = not one.is_inside
            if not is_fresh:
                first = [place for place in reversed(self.noticing) if place in by_line[one.line]]
                chosen = list(dict.fromkeys([*first, *chosen]))
                is_noticed = self._is_noticed(functions, one, items, chosen)
                is_fresh = not is_noticed and (module, one.line) in self.early
            if is_fresh:
                is_noticed = is_noticed_afresh(module, number, self.tests)
            if not is_noticed:
                unnoticed += 1
                self.survived.append(one.name)
                print(f"UNNOTICED {one.name} (line {one.line}, {len(chosen)} tests)", flush=True)
        took = time.monotonic() - start
        where = "inside functions" if is_inside else "outside functions"
        print(
            f"{module}, {where}: {tried} changes, {unnoticed} unnoticed, {took:.0f} s", flush=True
        )

    def _is_noticed(
        self,
        functions: Sequence[FunctionType],
        one: Mutant,
        items: Sequence[pytest.Item],
        chosen: Sequence[int],
    ) -> bool:
        """Whether a test fails; the one that did is tried first with the next change."""

        def failing() -> int:
            put(functions, codes_of(one.code))
            for place, (item, following) in zip(
                chosen, _pairs([items[place] for place in chosen]), strict=True
            ):
                if not passes(item, following):
                    return place
            return NO_TEST

        place = answer_of(failing, SECONDS)
        if place is not None and place != NO_TEST:
            self.noticing = [*(one for one in self.noticing if one != place), place][-20:]
        return place != NO_TEST


def _numbered(path: Path, module: str, most: int) -> Sequence[tuple[int, Mutant]]:
    return spread(list(enumerate(mutants(path.read_text("utf-8"), module, str(path)))), most)


def _pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run one test; what it says is thrown away."""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def answer_of(ask: Callable[[], Any], seconds: int) -> Any:
    """What ``ask`` answers in a process of its own; None if it ended otherwise."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            said = told.read()
        status = os.waitpid(child, 0)[1]
        return pickle.loads(said) if status == 0 and said else None  # noqa: S301  (we wrote it)
    code = 1
    try:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        signal.alarm(seconds * 10)
        with os.fdopen(writing, "wb") as told:
            pickle.dump(ask(), told)
        code = 0
    finally:
        os._exit(code)


# --- A fresh process, where something was read before --------------------------------------------


def is_noticed_afresh(module: str, number: int, tests: Sequence[str]) -> bool:
    """Whether a process that reads the changed module from the beginning fails."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.mutation_run", "--one", module, str(number), *tests],
        capture_output=True,
        timeout=SECONDS * 10,
        check=False,
    )
    return done.returncode != 0


class Changed(SourceFileLoader):
    """Loads one module as it was changed."""

    code: CodeType

    def get_code(self, fullname: str) -> CodeType:
        """The changed code, whatever the file says."""
        return self.code


def load_changed(module: str, number: int) -> None:
    """The module, changed, before anything else imports it."""
    path = path_of(module)
    made = dict(enumerate(mutants(path.read_text("utf-8"), module, str(path))))[number].code
    name = f"holdfast.domain.{module}"
    importlib.import_module("holdfast.domain")
    loader = Changed(name, str(path))
    loader.code = made
    spec = importlib.util.spec_from_loader(name, loader)

    class First:
        """Finds this one module, before the files are looked at."""

        @staticmethod
        def find_spec(fullname: str, path: object = None, target: object = None) -> Any:
            return spec if fullname == name else None

    sys.meta_path.insert(0, First)  # type: ignore[arg-type]


# --- From the command line -----------------------------------------------------------------------


def find_fast() -> None:
    """A failing example is enough: nobody reads the smallest one here."""
    from hypothesis.internal.conjecture.engine import ConjectureRunner

    ConjectureRunner.shrink_interesting_examples = lambda self: None  # type: ignore[method-assign]


def warm() -> None:
    """What is data is read once; the definitions are no part of a change."""
    if importlib.util.find_spec("holdfast.definitions") is None:
        return
    from holdfast.definitions import monitoring, protocols, session
    from holdfast.definitions.session import gates, limits

    for load in (monitoring.load, session.load, gates.load, limits.load):
        load()
    for name in protocols.names():
        protocols.load(name)


def main(words: Sequence[str]) -> int:
    """Try every change of some modules, or one of them afresh."""
    find_fast()
    if words[0] == "--one":
        _, module, number, *tests = words
        load_changed(module, int(number))
        return int(pytest.main(["-x", *QUIET, *tests]))
    found, most, *rest = words
    split = rest.index("--")
    modules, tests = rest[:split], rest[split + 1 :]
    builtins.__seen__ = SEEN.add  # type: ignore[attr-defined]
    for module in modules:
        importlib.import_module(f"holdfast.domain.{module}")
        path = path_of(module)
        put(functions_of(path), codes_of(watched(path, module)))
    warm()
    plugin = Mutation(modules, int(most), tests)
    pytest.main([*QUIET, *tests], plugins=[plugin])
    if not plugin.fits:
        return 1
    Path(found).write_text("".join(f"{line}\n" for line in plugin.survived), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
