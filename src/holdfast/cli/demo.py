"""``holdfast demo``: set up the demonstration clinic in a folder of its own and serve it.

Nothing here reads or writes any database but the demonstration's own: an address in
``HOLDFAST_DATABASE_URL`` is ignored, and a file that does not carry the demonstration's mark is
refused and left as it is.
"""

import argparse
import errno
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import IO

from holdfast.cli.demonstration.folder import Folder, ForeignDatabaseError

HOST = "127.0.0.1"
# Who sees the sixty courses: the staff of their site.
COURSES_BY = ("coordinator-wren", "physician-1-wren", "therapist-1-a-wren", "site-lead-wren")
# Who sits in the three sessions that are under way, room by room.
SESSIONS_BY = ("therapist-5-a-wren", "therapist-6-a-wren", "therapist-7-a-wren")
SPEED = "HOLDFAST_DEMO_SPEED"
LEAST_SPEED, MOST_SPEED = 0.1, 60.0
PROBE_SECONDS = 0.1  # between two looks whether the pages answer yet


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``demo`` and ``demo bundles``."""
    parser = subparsers.add_parser(
        "demo",
        help="set up and serve the demonstration clinic",
        description="Sets up the demonstration clinic in var/demo, once, and serves it on "
        "127.0.0.1. HOLDFAST_PORT chooses the port (8000). No other database is touched.",
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("var/demo"), help="where it lives (var/demo)"
    )
    parser.add_argument("--only-set-up", action="store_true", help="set it up and do not serve it")
    parser.add_argument("--again", action="store_true", help="throw it away and set it up anew")
    parser.add_argument(
        "--speed",
        type=float,
        default=None,
        metavar="TIMES",
        help=f"how much faster the bodies of the three sessions go than the clock ({SPEED}, or 1)",
    )
    parser.set_defaults(run=run)
    parts = parser.add_subparsers(metavar="PART")
    bundles = parts.add_parser("bundles", help="write the forty referrals as FHIR bundles")
    bundles.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder")
    bundles.add_argument(
        "--as-of", type=date.fromisoformat, default=None, metavar="DATE", help="day of referral"
    )
    bundles.add_argument("--seed", type=int, default=None, help="another forty")
    bundles.set_defaults(run=write_bundles)
    courses = parts.add_parser("courses", help="drive sixty courses into the demonstration")
    courses.set_defaults(run=drive_courses)
    sessions = parts.add_parser("sessions", help="feed the three sessions that are under way")
    sessions.set_defaults(run=feed_sessions)


def run(args: argparse.Namespace) -> int:
    """Set up what is missing, then serve until told to stop."""
    began = time.monotonic()
    port, speed = _port(), _speed(args)
    if port is None or speed is None:
        return 2
    folder = Folder(args.folder)
    with folder.held() as alone:
        if not alone:
            return _refuse(f"The demonstration in {folder.path} is already running.")
        if not args.only_set_up and not _is_free(port):
            return 2
        try:
            ready = folder.is_ready()
        except ForeignDatabaseError:
            return _refuse(
                f"{folder.database} is not the demonstration's database. It was left as it is; "
                "move it away, or choose another place with --folder."
            )
        if args.again or not ready:
            _set_up(folder)
        if args.only_set_up:
            print(f"The demonstration clinic is ready in {folder.path}.")
            return 0
        return _serve(folder, port, speed, began)


def write_bundles(args: argparse.Namespace) -> int:
    """Write the forty bundles as files named after their cases."""
    from holdfast.cli.demonstration.bundles import SEED, bundles

    made = bundles(args.as_of or datetime.now(UTC).date(), SEED if args.seed is None else args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    for bundle in made:
        (args.out / bundle.filename).write_bytes(bundle.data)
    print(f"{len(made)} bundles in {args.out}")
    return 0


def drive_courses(args: argparse.Namespace) -> int:
    """Drive the sixty courses of the demonstration that stands in the folder."""
    folder = Folder(args.folder)
    if not folder.is_ready():
        return _refuse(f"There is no demonstration of this release in {folder.path}.")
    folder.take_over()
    import django

    django.setup()
    from holdfast.cli.courses.sixty import drive
    from holdfast.cli.demonstration.bundles import SEED

    print(f"{drive(SEED)} courses driven into the demonstration.", flush=True)
    return 0


def feed_sessions(args: argparse.Namespace) -> int:
    """Feed the sessions that are under way, until they are over or this is stopped."""
    speed, folder = _speed(args), Folder(args.folder)
    if speed is None:
        return 2
    if not folder.is_ready():
        return _refuse(f"There is no demonstration of this release in {folder.path}.")
    folder.take_over()
    import django

    django.setup()
    from holdfast.cli.courses.sixty import CODE
    from holdfast.cli.courses.three import feed
    from holdfast.records.people import Site

    site = Site.objects.filter(code=CODE).first()
    if site is None:
        return _refuse("The courses were not driven yet: holdfast demo courses does it.")
    feed(site, speed, partial(print, flush=True))
    return 0


def _speed(args: argparse.Namespace) -> float | None:
    """The speed asked for, or None after saying what is wrong with it."""
    words = os.environ.get(SPEED, "") if args.speed is None else str(args.speed)
    try:
        speed = float(words or 1)
    except ValueError:
        speed = 0.0
    if LEAST_SPEED <= speed <= MOST_SPEED:
        return speed
    _refuse(f"The speed is {words[:20]!r}; expected {LEAST_SPEED:g} to {MOST_SPEED:g}.")
    return None


def _port() -> int | None:
    """The port in HOLDFAST_PORT, or None after saying what is wrong with it."""
    words = os.environ.get("HOLDFAST_PORT", "") or "8000"
    if words.isascii() and words.isdigit() and 0 < int(words) < 65536:
        return int(words)
    _refuse(f"HOLDFAST_PORT is {words[:20]!r}; expected a number from 1 to 65535.")
    return None


def _is_free(port: int) -> bool:
    """True if nothing listens on the port; says what to do where something does."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            reason = {
                errno.EADDRINUSE: "is taken by another program",
                errno.EACCES: "may not be opened by you",
            }.get(error.errno or 0, f"cannot be opened ({error.strerror})")
            _refuse(
                f"Port {port} on {HOST} {reason}. Choose another one: "
                f"HOLDFAST_PORT={port + 80 if port < 65000 else 8080} make demo"
            )
            return False
    return True


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return 2


def _set_up(folder: Folder) -> None:
    """Build the clinic beside its place, and put it there when it is whole.

    It is built by a process of its own, because settings once read cannot be pointed elsewhere.
    """
    import multiprocessing

    from holdfast.cli.demonstration.building import build
    from holdfast.cli.demonstration.folder import BUILDING, put_in_place

    began = time.monotonic()
    print("Setting up the demonstration clinic: two sites, forty invented people.", flush=True)
    with tempfile.TemporaryDirectory(dir=folder.path, prefix=BUILDING) as building:
        built = Path(building) / folder.database.name
        worker = multiprocessing.get_context("spawn").Process(
            target=build, args=(folder, built), name="holdfast-demo-build"
        )
        worker.start()
        try:
            worker.join()
        except KeyboardInterrupt:
            worker.terminate()
            worker.join()
            raise
        if worker.exitcode != 0:
            raise SystemExit("The demonstration clinic could not be set up; nothing was changed.")
        put_in_place(built, folder)
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)


def _serve(folder: Folder, port: int, speed: float, began: float) -> int:
    from holdfast.cli import serve

    folder.take_over()
    folder.log.write_bytes(b"")  # each start has a log of its own
    with _errors_to(folder.log), _beside(folder, speed), _announced(folder, port, began):
        code = serve.serve(HOST, port)
    if code:
        print(folder.log.read_text(encoding="utf-8")[-2000:], file=sys.stderr)
    return code


@contextmanager
def _announced(folder: Folder, port: int, began: float) -> Iterator[None]:
    """Says where the clinic is and who may log in, as soon as its pages answer and not before."""
    ended = threading.Event()

    def wait() -> None:
        while not ended.is_set():
            if _answers(port):
                print(_invitation(folder, port, time.monotonic() - began), flush=True)
                return
            ended.wait(PROBE_SECONDS)

    probe = threading.Thread(target=wait, name="holdfast-demo-probe", daemon=True)
    probe.start()
    try:
        yield
    finally:
        ended.set()
        probe.join()


def _answers(port: int) -> bool:
    """True once a request is answered, which is later than the port being open."""
    asked = http.client.HTTPConnection(HOST, port, timeout=PROBE_SECONDS * 20)
    try:
        asked.request("GET", "/api/v1/health")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _invitation(folder: Folder, port: int, seconds: float) -> str:
    """The address, the accounts and their password."""
    from holdfast.cli.demonstration.house import accounts, password
    from holdfast.cli.demonstration.life import box_phrase

    lines = [
        f"\nThe demonstration clinic: http://{HOST}:{port}   (ready in {seconds:.1f} s)\n",
        f"Every account has the password {password()!r}; it is for demonstration only.",
    ]
    lines += [f"  {who.login:24}{who.role:24}{', '.join(who.sites)}" for who in accounts()]
    lines.append(f"Sixty courses are being driven at their own site: {', '.join(COURSES_BY)}.")
    lines.append(f"Three sessions will be under way there, after them: {', '.join(SESSIONS_BY)}.")
    lines.append(f"Whoever reads concerns opens their box with {box_phrase()!r}.")
    lines.append(f"\nNobody in it exists. Its log is {folder.log}. Ctrl-C stops it.\n")
    return "\n".join(lines)


@contextmanager
def _errors_to(log: Path) -> Iterator[None]:
    """What this process and those it starts write to stderr goes to a file meanwhile."""
    kept = os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextmanager
def _beside(folder: Folder, speed: float) -> Iterator[None]:
    """The sixty courses, and after them the three sessions and the night watch, beside the pages.

    First the courses: the watch writes at their site by the clock of today, and no course could be
    driven through its past after that.
    """
    ended, running = threading.Event(), list[subprocess.Popen[bytes]]()
    own = ("demo", "--folder", str(folder.path), "--speed", f"{speed:g}")
    stages = (((*own, "courses"),), ((*own, "sessions"), ("watch",)))

    def run_each() -> None:
        with folder.log.open("ab") as file:
            for commands in stages:
                for words in commands:
                    if ended.is_set():
                        return
                    running.append(_started(file, words))
                for each in running:
                    each.wait()

    runner = threading.Thread(target=run_each, name="holdfast-demo-beside", daemon=True)
    runner.start()
    try:
        yield
    finally:
        ended.set()
        while runner.is_alive():  # one may be starting at this very moment
            for each in running:
                each.terminate()
            runner.join(timeout=0.5)


def _started(file: IO[bytes], words: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    """Another command of the product, in a process and a session of its own."""
    return subprocess.Popen(  # noqa: S603 (words of this file alone)
        [sys.executable, "-m", "holdfast", *words],
        stdin=subprocess.DEVNULL,
        stdout=file,
        stderr=file,
        start_new_session=True,
    )
