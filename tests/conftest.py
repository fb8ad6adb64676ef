"""What every kind of test shares: databases of their own, a browser, the reference data, and honest skips.

Append-only tables cannot be emptied, so no test flushes. A test that writes asks for a database of
its own: on SQLite a copy of one migrated file, on PostgreSQL a copy of one migrated template.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from django.conf import settings as site
from hypothesis import settings

from tests import databases, skips

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["pytester"]

# The fast profile gives the same answer twice; the nightly one explores.
settings.register_profile("fast", deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile(os.environ.get("HOLDFAST_PROPERTIES", "fast"))

# Most tests are about something else than the second step of a log-in; those that are about it
# ask for it. Served by itself, the product requires it.
os.environ["HOLDFAST_SECOND_FACTOR"] = site.SECOND_FACTOR = "optional"
site.SIGN_IN_FLOOR_SECONDS = 0.0
site.PASSWORD_HASHERS = ["tests.quick.QuickArgon2"]

ROOT = Path(__file__).resolve().parent.parent

# The browser driver keeps an event loop in the thread of the tests that share its worker; Django
# would take every later query of that thread for one made inside a coroutine.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def migrated_file(django_db_blocker: pytest.FixtureRequest, tmp_path_factory) -> Path:
    """One SQLite file with every migration applied, copied by each test that asks."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    with django_db_blocker.unblock():
        databases.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def own_database(migrated_file: Path, tmp_path: Path, django_db_blocker) -> Iterator[str]:
    """A fresh migrated SQLite database, and Django's connection pointed at it. Gives its URL."""
    path = tmp_path / "own.sqlite3"
    shutil.copyfile(migrated_file, path)
    url = f"sqlite:///{path}"
    with django_db_blocker.unblock(), databases.pointed_at(url):
        yield url


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[databases.Cluster]:
    """A throw-away PostgreSQL on a free loopback port; skipped where its programs are missing."""
    programs = databases.postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL: no initdb and pg_ctl found on this machine")
    with databases.cluster(programs) as running:
        yield running


@pytest.fixture(scope="session")
def migrated_template(postgres_cluster: databases.Cluster, django_db_blocker) -> str:
    """The name of a migrated PostgreSQL database that nobody is connected to."""
    name = "holdfast_template"
    postgres_cluster.create(name)
    with django_db_blocker.unblock():
        databases.migrate(postgres_cluster.url(name))
    return name


@pytest.fixture
def postgres_database(
    postgres_cluster: databases.Cluster, migrated_template: str, django_db_blocker
) -> Iterator[str]:
    """A fresh migrated PostgreSQL database, and Django's connection pointed at it. Gives its URL."""
    name = postgres_cluster.create_from(migrated_template)
    url = postgres_cluster.url(name)
    with django_db_blocker.unblock(), databases.pointed_at(url):
        yield url
    postgres_cluster.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    return request.getfixturevalue(
        "own_database" if request.param == "sqlite" else "postgres_database"
    )


# What every action does on both databases is one pen's work: in each run a third of it is tried on
# PostgreSQL, chosen by its name, and every night all of it (tools/nightly.py).
OF_THE_PEN = ("tests/actions/", "tests/watch/")
LONG = tuple(
    line
    for line in (ROOT / "tests" / "nightly.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        is_theirs = item.nodeid.startswith(OF_THE_PEN) and item.get_closest_marker("postgres")
        is_left = crc32(item.nodeid.encode()) % 3 != 0
        is_left &= "any_database" in getattr(item, "fixturenames", ())
        if (is_theirs and is_left) or item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.nightly)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the machine's Chromium; skipped where there is none."""
    for name in (
        os.environ.get("HOLDFAST_CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
    ):
        if name and (found := shutil.which(name)):
            return found
    pytest.skip("browser: no Chromium found on this machine")


CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser(chromium: str) -> "Iterator[Browser]":
    """The machine's own Chromium, one for the whole run; none is ever downloaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real inputs that are not ours to ship; skipped where it is absent."""
    folder = Path(os.environ.get("HOLDFAST_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("reference data: no such folder; set HOLDFAST_REFERENCE_DATA")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what was skipped and why, and which skips are not allowed."""
    found = skips.collected(terminalreporter.stats.get("skipped", []))
    terminalreporter.write_line(skips.report(found, skips.allowed()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In continuous integration a skip that is not on the list fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not skips.must_be_allowed(os.environ):
        return
    found = skips.collected(reporter.stats.get("skipped", []))
    if skips.not_allowed(found, skips.allowed()) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
