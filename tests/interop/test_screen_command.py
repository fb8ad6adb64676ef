"""``holdfast screen``: bundles in, verdicts out, without a database."""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from holdfast import cli
from holdfast.cli import screen as command
from holdfast.cli.verdict_text import WIDTH
from holdfast.definitions import protocols
from tests.interop.made import AS_OF, BUNDLES, condition, data, patient

FINDING_KEYS = {"code", "outcome", "reason", "reference", "standing"}
MEDICATION_KEYS = {
    "name",
    "codes",
    "matched",
    "danger",
    "loss_of_benefit",
    "cyp2d6",
    "washout_days",
    "earliest_dosing_on",
    "reason",
    "reference",
}
ASKED = ("screen", "--protocol", "mapp2", "--as-of", AS_OF.isoformat())


def made(name: str) -> str:
    return str(BUNDLES / f"{name}.json")


@pytest.fixture
def screen(capfdbinary):
    """Run the command; gives its exit code, the lines it printed and what it complained of."""

    def run(*words: str) -> tuple[int, list[str], str]:
        code = cli.main([*ASKED, *words])
        out, err = capfdbinary.readouterr()
        return code, out.decode().splitlines(), err.decode()

    return run


def verdicts(screen, *words: str) -> list[dict]:
    code, lines, complaints = screen("--format", "json", *words)
    assert (code, complaints) == (0, "")
    return [json.loads(line) for line in lines]


class TestJson:
    def test_one_object_a_line_for_each_bundle(self, screen):
        found = verdicts(screen, made("whole-person"), made("child"), made("has-died"))
        assert [each["patient"]["age_years"] for each in found] == [46, 12, 46]

    def test_the_protocol_is_named_by_version_and_hash(self, screen):
        (found,) = verdicts(screen, made("whole-person"))
        versions = (Path(protocols.__file__).parent / "mapp2").glob("*.toml")
        path = max(versions, key=lambda each: int(each.stem))
        assert found["protocol"] == {
            "name": "mapp2",
            "version": int(path.stem),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        assert found["as_of"] == "2026-11-23"

    def test_every_finding_has_reason_reference_and_standing(self, screen):
        (found,) = verdicts(screen, made("medicines"))
        for finding in found["findings"]:
            assert set(finding) >= FINDING_KEYS
            assert finding["outcome"] in ("passed", "failed", "unknown")
            assert finding["reason"]
            assert "{" not in finding["reason"]
            assert finding["reference"]["title"]
        for medication in found["medications"]:
            assert set(medication) >= MEDICATION_KEYS
            assert medication["reason"]

    def test_somebody_who_has_died_is_said_so(self, screen):
        (found,) = verdicts(screen, made("has-died"))
        assert found["patient"]["deceased"] is True
        assert (found["verdict"], found["is_eligible"]) == ("ineligible", False)
        assert "living" in {f["code"] for f in found["findings"] if f["outcome"] == "failed"}

    def test_a_child_is_said_so(self, screen):
        (found,) = verdicts(screen, made("child"))
        assert found["verdict"] == "ineligible"
        assert "age" in {f["code"] for f in found["findings"] if f["outcome"] == "failed"}

    def test_a_pregnancy_is_said_so(self, screen):
        (found,) = verdicts(screen, made("pregnant"))
        assert "pregnancy" in {f["code"] for f in found["findings"] if f["outcome"] == "failed"}

    def test_little_known_is_undetermined_and_never_eligible(self, screen):
        (found,) = verdicts(screen, made("little-known"))
        assert (found["verdict"], found["is_eligible"]) == ("undetermined", False)
        assert found["patient"] == {"age_years": None, "sex": None, "deceased": None}

    def test_every_unknown_has_a_question_or_waits_for_a_signature(self, screen):
        (found,) = verdicts(screen, made("little-known"))
        for finding in found["findings"]:
            if finding["outcome"] == "unknown":
                assert finding["question"] or finding["values"].get("limits"), finding["code"]

    def test_what_was_left_out_is_said(self, screen):
        (found,) = verdicts(screen, made("medicines"))
        assert {each["reason_code"] for each in found["import"]["left_out"]} == {
            "not-yet",
            "not-an-order",
            "not-taken",
        }

    def test_asking_again_gives_the_same_bytes(self, screen):
        first = screen("--format", "json", made("medicines"))
        assert screen("--format", "json", made("medicines")) == first

    def test_nobody_is_named(self, screen):
        _, lines, _ = screen("--format", "json", made("whole-person"), made("medicines"))
        assert "Quillfeather" not in "".join(lines)
        assert "Orrin" not in "".join(lines)


class TestText:
    def test_three_lists_in_a_terminals_width(self, screen):
        code, lines, _ = screen("--format", "text", made("pregnant"))
        assert code == 0
        titles = [line for line in lines if line.startswith("What ")]
        assert [title.split(" (")[0] for title in titles] == [
            "What stops",
            "What must still be asked",
            "What is met",
        ]
        assert all(len(line) <= WIDTH for line in lines if BUNDLES.name not in line)
        assert any(line.startswith("INELIGIBLE for mapp2") for line in lines)

    def test_what_must_be_asked_is_asked_in_words(self, screen):
        _, lines, _ = screen(made("little-known"))
        assert any("What is your date of birth?" in line for line in lines)

    def test_death_is_on_the_first_lines(self, screen):
        _, lines, _ = screen(made("has-died"))
        assert any("HAS DIED" in line for line in lines[:5])


class TestFiles:
    def test_gzip_and_standard_input(self, screen, tmp_path, monkeypatch):
        packed = tmp_path / "a.json.gz"
        packed.write_bytes(gzip.compress((BUNDLES / "child.json").read_bytes()))
        raw = io.TextIOWrapper(io.BytesIO(packed.read_bytes()))
        monkeypatch.setattr(sys, "stdin", raw)
        found = verdicts(screen, str(packed), "-", made("child"))
        assert found[0] == found[1] == found[2]

    def test_a_bundle_that_is_refused_does_not_stop_the_others(self, screen, tmp_path):
        wrong = tmp_path / "wrong.json"
        wrong.write_bytes(data(patient(), condition(onsetDateTime="2099-01-01")))
        missing = tmp_path / "missing.json"
        code, lines, said = screen(
            "--format", "json", str(missing), made("child"), str(wrong), made("has-died")
        )
        assert code == 2
        assert [json.loads(line)["patient"]["age_years"] for line in lines] == [12, 46]
        first, second = said.splitlines()
        assert first.startswith(f"{missing}: ")
        assert "No such file" in first
        assert second.startswith(f"{wrong}: entry[1].resource.onsetDateTime: ")
        assert "Correct the date" in second

    def test_a_folder_is_refused(self, screen, tmp_path):
        code, _, said = screen(str(tmp_path))
        assert code == 2
        assert str(tmp_path) in said

    def test_200_mb_are_refused_at_once(self, screen, tmp_path):
        large = tmp_path / "large.json"
        with large.open("wb") as file:
            file.truncate(200_000_000)
        began = time.monotonic()
        code, _, said = screen(str(large))
        assert code == 2
        assert "larger than 64 MiB" in said
        assert time.monotonic() - began < 5


class TestCall:
    @pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "20261123", "2026-W01-1", ""])
    def test_a_day_that_is_none_is_refused(self, capsys, day):
        with pytest.raises(SystemExit) as left:
            cli.main(["screen", "--protocol", "mapp2", "--as-of", day, made("child")])
        assert left.value.code == 2
        assert "write it as 2026-03-31" in capsys.readouterr().err

    def test_the_last_day_there_is_can_be_asked_about(self, capsys):
        asked = ["screen", "--protocol", "mapp2", "--as-of", "9999-12-31", made("whole-person")]
        assert cli.main(asked) == 2
        assert "more than 130 years ago" in capsys.readouterr().err

    def test_an_unknown_protocol_names_those_there_are(self, capsys):
        assert cli.main(["screen", "--protocol", "mapp3", made("child")]) == 2
        assert "mapp2" in capsys.readouterr().err

    def test_no_bundle_is_refused(self, capsys):
        with pytest.raises(SystemExit) as left:
            cli.main(["screen", "--protocol", "mapp2"])
        assert left.value.code == 2

    def test_without_a_day_it_is_today(self, capfdbinary):
        assert cli.main(["screen", "--protocol", "mapp2", "--format", "json", made("child")]) == 0
        as_of = json.loads(capfdbinary.readouterr().out)["as_of"]
        assert abs((date.fromisoformat(as_of) - date.today()).days) <= 1

    def test_a_later_day_may_change_the_verdict(self, screen):
        """The child of 2014 is an adult in 2032."""
        grown = command.prepare("mapp2", date(2032, 1, 31)).document(
            (BUNDLES / "child.json").read_bytes()
        )
        assert grown["patient"]["age_years"] == 18
        assert "age" in {f["code"] for f in grown["findings"] if f["outcome"] == "passed"}


class TestCommand:
    def test_an_unknown_command_names_the_nearest(self, capsys):
        with pytest.raises(SystemExit) as left:
            cli.main(["scren"])
        assert left.value.code == 2
        assert "'screen'" in capsys.readouterr().err

    def test_the_version(self, capsys):
        assert cli.main(["--version"]) == 0
        assert capsys.readouterr().out.startswith("holdfast ")

    def test_without_a_command_all_are_listed(self, capsys):
        assert cli.main([]) == 2
        out = capsys.readouterr().out
        assert all(name in out for name, _, _ in cli.COMMANDS)

    @pytest.mark.parametrize("name", [name for name, _, _ in cli.COMMANDS])
    def test_every_command_explains_itself(self, capsys, name):
        with pytest.raises(SystemExit) as left:
            cli.main([name, "--help"])
        assert left.value.code == 0
        assert "usage" in capsys.readouterr().out

    def test_a_process_of_its_own_without_django(self):
        """The exit code reaches the shell, and what is not needed is not imported."""
        script = (
            "import sys; from holdfast.cli import main; code = main(sys.argv[1:]);"
            "assert not any(m.split('.')[0] in ('django', 'pydantic') for m in sys.modules);"
            "sys.exit(code)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, *ASKED, "--format", "json", made("child"), "nowhere"],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert json.loads(done.stdout)["patient"]["age_years"] == 12
        assert b"nowhere: " in done.stderr

    def test_a_reader_that_goes_away_is_no_fault(self):
        done = subprocess.run(
            f"{sys.executable} -m holdfast {' '.join(ASKED)} {made('child')} {made('child')}"
            " | head -1",
            shell=True,
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr
