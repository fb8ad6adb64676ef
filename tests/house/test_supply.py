"""What we depend on is pinned by hash, has a reason, and carries no address of where it was fetched."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.source import ROOT, tracked

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-installer.lock")
# Written in pieces, so that this file too names none of them.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
)
NO_TEXT = {".woff2", ".ttf", ".png", ".gz", ".sqlite3", ".mo", ".pdf", ".ico"}


def addresses(paths: tuple[Path, ...]) -> list[str]:
    """The files that name a package registry."""
    texts = ((p, p.read_text("utf-8", errors="replace")) for p in paths if p.suffix not in NO_TEXT)
    return [f"{path.name}: {host}" for path, text in texts for host in REGISTRIES if host in text]


def unhashed(lock: str) -> list[str]:
    """The pinned packages of a lock that carry no hash."""
    entries = re.split(r"\n(?=\S)", lock)
    return [e.split()[0] for e in entries if re.match(r"[a-z0-9]", e) and "--hash=sha256:" not in e]


def without_reason(pyproject: str) -> list[str]:
    """The dependencies in pyproject.toml with no comment beside them."""
    wanted = re.compile(r'^\s*"(?P<name>[A-Za-z0-9_.\[\],-]+)\s*[><=~!].*"\s*,?\s*(?P<why>#.*)?$')
    rows = [match for line in pyproject.splitlines() if (match := wanted.match(line))]
    return [row["name"] for row in rows if not row["why"]]


def test_no_file_names_a_package_registry():
    assert addresses(tracked()) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_no_address(name):
    lock = (ROOT / name).read_text("utf-8")
    assert "://" not in lock
    assert unhashed(lock) == []
    assert lock.count("==") >= 1


def test_the_runtime_lock_is_within_the_whole_one():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    assert pins(LOCKS[0]) - pins(LOCKS[1]) == set()


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    names = [re.match(r"[A-Za-z0-9_.-]+", d)[0].lower() for d in project["project"]["dependencies"]]
    lock = (ROOT / LOCKS[0]).read_text("utf-8")
    assert [n for n in names if not re.search(rf"^{re.escape(n)}==", lock, re.MULTILINE)] == []


def test_no_resolver_lock_is_kept():
    assert [p.name for p in tracked() if p.name == "uv.lock"] == []


def test_every_dependency_has_its_reason():
    assert without_reason((ROOT / "pyproject.toml").read_text("utf-8")) == []


def test_offences_are_found(tmp_path):
    bad = tmp_path / "notes.md"
    bad.write_text(f"see {REGISTRIES[0]}\n")
    assert addresses((bad,)) == [f"notes.md: {REGISTRIES[0]}"]
    assert unhashed("a==1 \\\n    --hash=sha256:00\nb==2\n    # via a\n") == ["b==2"]
    assert without_reason('  "django>=5",\n  "rules>=3", # predicates\n') == ["django"]
