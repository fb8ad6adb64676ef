"""A clinic begins on the command line: key, upgrade, founding, a site, accounts, a first referral."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BUNDLE = Path(__file__).parent.parent / "interop" / "bundles" / "whole-person.json"
ADMIN, COORDINATOR = "a quiet harbour 1", "a second harbour 2"


@pytest.fixture
def holdfast(tmp_path: Path):
    """Runs a command against a folder of its own; gives the exit code and all that was printed."""
    environment = {
        **os.environ,
        "HOLDFAST_DATABASE_URL": f"sqlite:///{tmp_path}/record.sqlite3",
        "HOLDFAST_KEY_FILE": f"{tmp_path}/site.key",
        "HOLDFAST_SEALS": f"{tmp_path}/seals",
    }

    def run(*words: str, typed: tuple[str, ...] = ()) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "holdfast", *words],
            input="".join(f"{line}\n" for line in typed),
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def begun(holdfast, folder: Path) -> None:
    """Everything up to a coordinator at one site."""
    admin = ("--by", "admin")
    for words, typed in (
        (("key", "create", f"{folder}/site.key"), ()),
        (("upgrade",), ()),
        (("found", "admin", "--name", "Ada Example"), (ADMIN, ADMIN)),
        (("site", "NORTH", "--name", "North", "--zone", "Europe/Zurich", *admin), (ADMIN,)),
        (("account", "co", "--name", "Co Example", *admin), (ADMIN, COORDINATOR, COORDINATOR)),
        (("role", "co", "coordinator", "--site", "NORTH", *admin), (ADMIN,)),
    ):
        code, printed = holdfast(*words, typed=typed)
        assert code == 0, (words, printed)


def test_from_nothing_to_the_first_verdict(holdfast, tmp_path):
    """What the deployment page says, in its order; importing again changes nothing."""
    begun(holdfast, tmp_path)
    taken = ("import", "--site", "NORTH", "--protocol", "mapp2", "--by", "co", str(BUNDLE))
    first = holdfast(*taken, typed=(COORDINATOR,))
    assert first[0] == 0
    assert "NORTH-0001" in first[1]
    counted = holdfast("verify")
    assert holdfast(*taken, typed=(COORDINATOR,)) == first
    again = holdfast("verify")
    assert counted[0] == again[0] == 0
    assert counted[1] == again[1]


def test_the_command_line_is_no_way_round_a_permission(holdfast, tmp_path):
    """A wrong password, an account without the permission, a weak password: nothing is written."""
    begun(holdfast, tmp_path)
    before = holdfast("verify")
    site = ("site", "SOUTH", "--name", "South", "--zone", "Europe/Zurich", "--by")
    for words, typed, said in (
        ((*site, "admin"), ("wrong",), "not the password"),
        ((*site, "admin"), (), "A password is asked for"),
        ((*site, "co"), (COORDINATOR,), "do not allow"),
        (("account", "x", "--name", "X", "--by", "admin"), (ADMIN, "short", "short"), "12"),
        (("found", "other", "--name", "O"), (ADMIN, ADMIN), "founded before"),
        (("role", "co", "king", "--site", "NORTH", "--by", "admin"), (ADMIN,), "no such role"),
        (("role", "co", "rater", "--site", "WEST", "--by", "admin"), (ADMIN,), "no site WEST"),
    ):
        code, printed = holdfast(*words, typed=typed)
        assert (code, said in printed) == (1, True), (words, printed)
    assert holdfast("verify") == before


def test_a_file_that_is_refused_leaves_nothing_and_the_others_go_in(holdfast, tmp_path):
    """Exit code 2 and a line for each file that was not read; the rest is taken in."""
    begun(holdfast, tmp_path)
    bad = tmp_path / "bad.json"
    bad.write_text('{"resourceType": "Patient"}')
    words = ("import", "--site", "NORTH", "--protocol", "mapp2", "--by", "co")
    code, printed = holdfast(*words, str(bad), str(BUNDLE), typed=(COORDINATOR,))
    assert code == 2
    assert "bad.json" in printed
    assert "NORTH-0001" in printed
    assert "NORTH-0002" not in printed


def test_a_new_account_gets_a_code_and_nobody_types_its_password(holdfast, tmp_path):
    """The administrator says how they made sure who it is; the owner sets the password on the page."""
    begun(holdfast, tmp_path)
    words = ("account", "th", "--name", "Th Example", "--checked", "in-person-known")
    code, printed = holdfast(*words, "--by", "admin", typed=(ADMIN,))
    assert code == 0
    assert re.search(r"(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}$", printed.strip())
    assert holdfast("site", "X", "--name", "X", "--zone", "UTC", "--by", "th", typed=("",))[0] == 1
