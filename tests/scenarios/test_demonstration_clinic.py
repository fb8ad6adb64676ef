"""The whole demonstration, set up once and served: what somebody meets who tries the product."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener, urlopen

import pytest

from holdfast.cli.demonstration import house, life
from holdfast.cli.demonstration.folder import Folder
from holdfast.cli.demonstration.people import load_people
from holdfast.definitions import jurisdictions, letters
from holdfast.definitions.roles import roles
from holdfast.domain.calls import FORMS
from holdfast.domain.concerns import Seat
from holdfast.domain.rota import Post

# Nothing of the demonstration may depend on, or reach, what a site has set for itself.
FOREIGN = {
    "HOLDFAST_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/never",
    "HOLDFAST_KEY": "no",
    "HOLDFAST_TLS": "1",
}


def holdfast(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "holdfast", *words],
        capture_output=True,
        text=True,
        env=os.environ | FOREIGN | environment,
        timeout=240,
    )


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("demonstration") / "demo")
    done = holdfast("demo", "--folder", folder.path, "--only-set-up")
    assert done.returncode == 0, done.stderr
    return folder


def rows(folder: Folder, question: str) -> list[tuple]:
    with closing(sqlite3.connect(f"{folder.database.as_uri()}?mode=ro", uri=True)) as opened:
        return opened.execute(question).fetchall()


def test_the_record_fits_and_is_sealed_to_its_end(demonstration):
    done = holdfast(
        "verify",
        "--database",
        f"sqlite:///{demonstration.database}",
        HOLDFAST_KEY_FILE=str(demonstration.key),
        HOLDFAST_SEALS=str(demonstration.seals),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The record fits." in done.stdout
    assert "Unsealed" not in done.stdout


def test_only_its_owner_can_read_the_key(demonstration):
    assert demonstration.key.stat().st_mode & 0o777 == 0o600


def test_forty_referrals_stand_at_two_sites_in_two_zones(demonstration):
    found = rows(
        demonstration,
        "SELECT s.code, s.zone, count(*) FROM records_enrollment e "
        "JOIN records_site s ON s.id = e.site_id WHERE EXISTS (SELECT 1 FROM records_referral r "
        "WHERE r.enrollment_id = e.id AND r.form <> 'hand') GROUP BY s.code ORDER BY s.code",
    )
    assert [(code, zone) for code, zone, _ in found] == [
        ("LARK", "America/Denver"),
        ("STEIN", "Europe/Zurich"),
    ]
    assert sum(count for *_, count in found) == 40


def test_somebody_holds_each_role(demonstration):
    held = {role for (role,) in rows(demonstration, "SELECT role FROM records_roleassignment")}
    assert held == set(roles().granted)


def test_every_stage_ends_as_argued(demonstration):
    """Confirmed people are eligible, those confirmed ineligible are not, one finding is set aside."""
    decisions = dict(
        rows(demonstration, "SELECT decision, count(*) FROM records_confirmation GROUP BY 1")
    )
    stages = [p.stage for p in load_people()]
    by_hand = sum(call.signed for call in life.first_calls())
    assert decisions["undetermined"] == 1
    assert decisions["ineligible"] == stages.count("ineligible") + by_hand - 1
    assert decisions["eligible"] == stages.count("confirmed") + stages.count("overridden")
    assert rows(demonstration, "SELECT count(*) FROM records_override") == [(1,)]


def test_the_second_site_left_limits_to_sign(demonstration):
    signed = rows(
        demonstration,
        "SELECT s.code, l.code FROM records_signedlimit l JOIN records_site s ON s.id = l.site_id",
    )
    for signing in house.signings():
        codes = {code for site, code in signed if site == signing.site}
        assert not codes & signing.left_unsigned
    assert any(signing.left_unsigned for signing in house.signings())


def test_the_roster_is_full_today_and_its_channels_are_tested(demonstration):
    posts = rows(
        demonstration,
        "SELECT DISTINCT post FROM records_dutyhours h JOIN records_site s ON s.id = h.site_id "
        "WHERE s.code = 'LARK' AND weekdays = '1234567' AND last_day IS NULL",
    )
    assert {post for (post,) in posts} == {post.value for post in Post}
    tested = rows(
        demonstration, "SELECT count(*) FROM records_pageanswer WHERE done = 'test-received'"
    )
    assert tested == [(len(life.contacts()),)]


def test_approvals_end_within_each_of_the_days_ahead_and_one_is_missing(demonstration):
    today = datetime.now(UTC).date()
    ends = [
        date.fromisoformat(end)
        for (end,) in rows(
            demonstration, "SELECT ends_on FROM records_approval WHERE ends_on IS NOT NULL"
        )
    ]
    for days in (90, 30, 7):
        assert any(timedelta(0) < end - today <= timedelta(days=days) for end in ends), days
    kinds = {kind for (kind,) in rows(demonstration, "SELECT kind FROM records_approval")}
    required = {kind.code for kind in jurisdictions.load("united-states").required}
    assert required - kinds >= {"state-permit"}


def test_first_contacts_of_each_form_stand_with_papers_and_a_waiting_list(demonstration):
    forms = {form for (form,) in rows(demonstration, "SELECT form FROM records_firstcontact")}
    assert forms == set(FORMS)
    kinds = {kind for (kind,) in rows(demonstration, "SELECT kind FROM records_letter")}
    assert kinds == set(letters.KINDS) - {"course-end"}  # nobody of these ends a course
    waits = rows(demonstration, "SELECT count(*) FROM records_waitingliststep")
    assert waits == [(sum(bool(call.waits) for call in life.first_calls()),)]


def test_the_words_of_who_took_permission_back_are_erased_by_two(demonstration):
    assert rows(demonstration, "SELECT count(*) FROM records_erasure") == [(1,)]
    assert rows(demonstration, "SELECT count(*) FROM records_erasuresignature") == [(2,)]
    assert rows(demonstration, "SELECT count(*) FROM records_personkey WHERE wrapped IS NULL") == [
        (2,)
    ]


def test_the_outside_recipients_are_tested_and_a_room_has_its_device(demonstration):
    answers = rows(
        demonstration,
        "SELECT count(*) FROM records_recipienttestanswer a JOIN records_recipienttest t "
        "ON t.id = a.test_id JOIN records_recipientseat s ON s.id = t.seat_id",
    )
    assert answers == [(len(life.recipients()),)]
    assert {holder.seat for holder in life.recipients()} == {seat.value for seat in Seat}
    assert rows(demonstration, "SELECT count(*) FROM records_roomdevice") == [(1,)]


def test_the_drug_store_has_its_register_by_two_and_a_count_that_differs(demonstration):
    seconds = rows(demonstration, "SELECT count(*) FROM records_custodyact WHERE second_id IS NULL")
    moved = rows(demonstration, "SELECT kind FROM records_drugmovement ORDER BY position")
    differs = rows(demonstration, "SELECT code, expected, found FROM records_discrepancy")
    assert seconds == [(0,)]
    assert moved == [("receive",), ("receive",), ("waste",)]
    assert differs == [("count-short", 12, 11)]


def test_one_emergency_opening_is_reviewed_and_one_waits(demonstration):
    opened = rows(demonstration, "SELECT count(*) FROM records_glassopening")
    reviewed = rows(demonstration, "SELECT verdict FROM records_glassreview")
    assert (opened, reviewed) == ([(2,)], [("justified",)])


def test_a_review_of_access_is_due(demonstration):
    (days,) = [Decimal(t.value) for t in life.operational_times()]
    ((began,),) = rows(demonstration, "SELECT min(valid_from) FROM records_roleassignment")
    age = datetime.now(UTC).date() - date.fromisoformat(str(began)[:10])
    assert age > timedelta(days=int(days))
    assert rows(demonstration, "SELECT count(*) FROM records_accessreview") == [(0,)]


def test_no_name_is_readable_in_the_file(demonstration):
    everything = demonstration.database.read_bytes()
    names = {call.family.encode() for call in life.first_calls()}
    numbers = {contact.address.encode() for contact in life.contacts()}
    names |= {opened.words.encode() for opened in life.openings()}
    names |= {holder.email.encode() for holder in life.recipients()} | {life.box_phrase().encode()}
    for name in {b"Vorbildsen", b"Exampleton", b"Musterholm", b"Moonfern"} | names | numbers:
        assert name not in everything


def test_a_second_start_does_nothing(demonstration):
    before = demonstration.database.stat().st_mtime_ns, demonstration.database.read_bytes()
    began = time.monotonic()
    done = holdfast("demo", "--folder", demonstration.path, "--only-set-up")
    assert done.returncode == 0
    assert "Setting up" not in done.stdout
    assert time.monotonic() - began < 10
    assert before == (
        demonstration.database.stat().st_mtime_ns,
        demonstration.database.read_bytes(),
    )


@contextmanager
def served(folder: Folder) -> Iterator[str]:
    """The demonstration, served on a free port until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "holdfast", "demo", "--folder", folder.path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | FOREIGN | {"HOLDFAST_PORT": str(port)},
    )
    try:
        said = _said_by(process)
        with urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=5) as answer:
            assert answer.status == 200, "it says where it is only when its pages answer"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, out + err
    assert "Traceback" not in err
    assert f"http://127.0.0.1:{port}" in said
    assert "for-demonstration-only" in said
    assert all(account.login in said for account in house.accounts())


def _said_by(process: subprocess.Popen[str]) -> str:
    """All that it prints until it says how to stop it."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C stops it" in line:
            return said
    raise AssertionError(f"the demonstration ended without saying where it is: {said}")


def logged_in(address: str, login: str) -> tuple[OpenerDirector, str]:
    """A browser of sorts, logged in, and the page it was led to."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{address}/log-in/", timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    words = {
        "csrfmiddlewaretoken": token.group(1),
        "login_name": login,
        "password": house.password(),
        "next": "",
    }
    with browser.open(f"{address}/log-in/", urlencode(words).encode(), timeout=30) as answer:
        return browser, answer.read().decode()


def test_a_coordinator_logs_in_and_reads_the_worklist(demonstration):
    with served(demonstration) as address:
        browser, page = logged_in(address, "coordinator")
        assert "Larkmere Clinic (demonstration)" in page
        assert "Demonstration: nobody here exists." in page
        people = set(re.findall(r"/LARK/people/[0-9a-f-]+/", page))
        by_hand = sum(call.site == "LARK" for call in life.first_calls())
        assert len(people) == sum(p.site == "LARK" for p in load_people()) + by_hand
        for person in people:
            with browser.open(address + person, timeout=30) as answer:
                assert answer.status == 200
                assert b"Demonstration: nobody" in answer.read()


@pytest.mark.nightly
def test_the_watch_runs_once_the_courses_are_driven(demonstration):
    with served(demonstration):
        until = time.monotonic() + 600
        while "Watching:" not in demonstration.log.read_text(encoding="utf-8"):
            assert time.monotonic() < until, "the watch did not start within ten minutes"
            time.sleep(1)


def test_the_door_lists_somebody_in_each_role_and_what_they_can_see(demonstration):
    with served(demonstration) as address, urlopen(f"{address}/log-in/", timeout=30) as answer:
        page = answer.read().decode()
    for account in house.accounts():
        assert f"<code>{account.login}</code>" in page
    assert "Who you can be here" in page
    assert house.password() not in page


def test_the_patient_is_somebody_of_the_clinic_and_no_member_of_staff(demonstration):
    linked = rows(
        demonstration,
        "SELECT u.login, p.site_id = s.id FROM records_patientaccount a JOIN records_user u "
        "ON u.id = a.user_id JOIN records_person p ON p.id = a.person_id "
        "JOIN records_site s ON s.id = a.site_id WHERE s.code <> 'WREN'",  # courses are driven there
    )
    assert linked == [("patient", 1)]
    assert rows(
        demonstration,
        "SELECT count(*) FROM records_staffrecord r JOIN records_user u ON u.id = r.user_id "
        "WHERE u.login = 'patient'",
    ) == [(0,)]
