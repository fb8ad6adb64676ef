"""A name planted in every field, while handlers raise, is in no log, journal, outbox or error page.

The canary's name is in the clinic's identity, medicines, conditions and staff names already; here
it is typed into every form too, and every action is made to fail with it in its message.
"""

import importlib
import inspect
import io
import logging
import pkgutil
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

import holdfast.web
from holdfast.definitions.roles import roles
from holdfast.records.backups import Keys, back_up
from holdfast.records.duty import DutyContact
from holdfast.records.keys import site_key
from holdfast.records.models import JournalEntry, OutboxEntry
from holdfast.watch import outbox, paging, seals
from holdfast.watch.channels import File
from holdfast.watch.pagers import Mail
from holdfast.web.logs import AllowedFields
from tests import canary
from tests.web.clinic import NOBODY, Places
from tests.web.form_walk import addresses, bodies, forms_on, is_page, pages, send

CANARY = "Canarybird"
FULL = "Zebediah Canarybird"
WORDS = (CANARY, "Zebediah")
# At least these acts are reached by what is filled in, so that the walk cannot grow empty unseen.
REACHED = {
    "access_review.sign_access_review",
    "answers.record_answer",
    "answers.record_answers",
    "authority.change_approval",
    "authority.record_approval",
    "authority.set_jurisdiction",
    "calls.open_call",
    "contact.record_contact_permission",
    "disclosures.note_look",
    "disclosures.record_disclosure",
    "erasure.request_erasure",
    "erasure.sign_erasure",
    "glass.break_glass",
    "glass.review_glass",
    "limits.sign_limit",
    "paging.answer_page",
    "paging.begin_test",
    "paging.page_duty",
    "papers.attach_scan",
    "papers.record_letter",
    "pauses.pause_assignments",
    "prescreening.record_prescreening",
    "recipients.name_recipient",
    "recipients.sign_concern_time",
    "referrals.open_referral",
    "retention.sign_retention",
    "room_entries.record_from_paper",
    "rooms.add_room",
    "rosters.end_hours",
    "rosters.keep_contact",
    "rosters.roster_hours",
    "rosters.sign_time",
    "verdicts.confirm_verdict",
    "verdicts.override_finding",
    "waiting_list.record_waiting_step",
}


def acts_of_the_pages() -> list[tuple[object, str]]:
    """Every action that a page calls, where the page knows it by name."""
    found = []
    for info in pkgutil.walk_packages(holdfast.web.__path__, "holdfast.web."):
        module = importlib.import_module(info.name)
        found += [
            (module, name)
            for name, act in vars(module).items()
            if inspect.isfunction(act)
            and act.__module__.startswith("holdfast.actions.")
            and {"by", "now"} <= set(inspect.signature(act).parameters)
        ]
    return found


class FailingActs:
    """Every act fails the first time, with the name in its message, and then does its work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.all, self.reached = set(), set()
        for module, name in acts_of_the_pages():
            act = getattr(module, name)
            full = f"{act.__module__.removeprefix('holdfast.actions.')}.{act.__name__}"
            self.all.add(full)
            monkeypatch.setattr(module, name, self._failing(full, act))

    def _failing(self, name: str, act):
        def fail(*args: object, **given: object) -> object:
            if name in self.reached:
                return act(*args, **given)
            self.reached.add(name)
            raise RuntimeError(f"{FULL} {args} {given}")

        return fail


@pytest.fixture
def log_lines():
    """Everything that every logger writes, through the product's own formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowedFields())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


# Together these may do everything that anybody may; the first of them walk a second time, over
# what the first round has made.
PEOPLE = (
    "coordinator",
    "physician",
    "therapist",
    "site-lead",
    "complaint-recipient",
    "administrator",
    "auditor",
    "patient",
    "pharmacist",
    "pharmacist-unblinded",
    "safety-unit",
    "sponsor",
    NOBODY,
)
AGAIN = 4


class Walk:
    """Everybody fills every form they can reach with the canary; all answers are looked at."""

    def __init__(self, as_role) -> None:
        self.as_role, self.failed = as_role, 0
        self.places = Places.now()
        self.leaks: list[str] = []

    def round(self, people: tuple[str, ...], *, last: bool = False) -> None:
        """Each form is sent once; with its last choices in place of its first, if ``last``."""
        sent: set[object] = set()
        for who in people:
            seen = list(pages(self.as_role(who), self.places))
            for route, _, answer in seen:
                self._look(route, answer)
                if is_page(answer):
                    self._in_addresses(route, addresses(answer.content.decode()))
            for form in forms_on(seen):
                key = (form.key, tuple(form.buttons))
                if key not in sent:
                    sent.add(key)
                    self._send(who, form, last)

    def _send(self, who: str, form, last: bool) -> None:
        # A place is called by its own name, in the clear; everything else is filled with a person's.
        typed = "Blue" if form.action.endswith("/rooms/add/") else FULL
        for body in bodies(form, typed, last=last):
            for answer in send(self.as_role(who), form, body):
                self._look(form.action, answer)

    def _look(self, action: str, answer) -> None:
        self._in_addresses(action, [answer.get("Location", ""), answer.get("HX-Redirect", "")])
        told = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
        if CANARY in unquote(told):
            self.leaks.append(f"{action}: in a header")
        if answer.status_code >= 500:
            self.failed += 1
            if CANARY in answer.content.decode():
                self.leaks.append(f"{action}: on the page of an error")

    def _in_addresses(self, where: str, found: list[str]) -> None:
        self.leaks += [f"{where}: {url}" for url in found if CANARY in unquote(url)]


@pytest.mark.nightly
def test_a_name_in_every_field_of_every_page_is_nowhere_in_the_clear(
    as_role, clinic, monkeypatch, log_lines, tmp_path, settings
):
    """Each act fails once with the name, and then does its work; the watch sends what there is."""
    acts = FailingActs(monkeypatch)
    walk = Walk(as_role)
    walk.round(PEOPLE)
    walk.round(PEOPLE[:AGAIN], last=True)
    assert walk.leaks == []
    assert walk.failed >= len(acts.reached)
    lines = log_lines.getvalue()
    assert '"status": 500' in lines
    assert "RuntimeError" in lines
    assert canary.found_in(lines.encode(), WORDS) == []
    assert JournalEntry.objects.exists()
    assert OutboxEntry.objects.exists()
    assert canary.in_database(WORDS) == []
    files = everything_that_leaves(tmp_path, settings, monkeypatch)
    assert canary.in_files(files, WORDS) == []
    for sent in mail.outbox:
        assert (
            canary.found_in(f"{sent.subject} {sent.body} {sent.extra_headers}".encode(), WORDS)
            == []
        )
    assert REACHED - acts.reached == set()


def test_the_people_of_the_walk_may_together_do_everything():
    held = set().union(*(roles().granted[who] for who in PEOPLE if who != NOBODY))
    assert held == set(roles().permissions)


def everything_that_leaves(tmp_path: Path, settings, monkeypatch) -> list[Path]:
    """Pages and messages are sent, seals exported, a backup made; the files of all of it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    monkeypatch.setenv("HOLDFAST_SEALS", str(tmp_path / "out"))
    (tmp_path / "out").mkdir()
    now = timezone.now()
    paging.send_pages(now, dict.fromkeys(DutyContact.CHANNELS, Mail("duty@clinic.example")))
    assert outbox.deliver(now, File(tmp_path / "out" / "messages.jsonl")) > 0
    seals.seal(now)
    back_up(tmp_path / "out" / "clinic.backup", Keys(site_key(), ()), now=now)
    database = Path(connection.settings_dict["NAME"])
    files = [*(tmp_path / "out").iterdir(), *database.parent.glob(f"{database.name}*")]
    assert len(files) >= 4
    return files


def test_a_failing_template_leaks_nothing(as_role, clinic, monkeypatch, log_lines):
    def fail(*_: object, **__: object) -> None:
        raise KeyError(FULL)

    monkeypatch.setattr("holdfast.web.staff.worklist.next_words", fail)
    answer = as_role("physician").get("/NORTH/worklist/")
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode() + log_lines.getvalue()


def test_a_wrong_login_name_is_not_logged_or_journalled(clinic, log_lines):
    client = Client(headers={"host": "localhost"})
    client.post("/log-in/", {"login_name": FULL, "password": FULL})
    assert CANARY not in log_lines.getvalue()


def test_the_canary_is_there_to_be_found(as_role, clinic):
    """The search would find it: who may see the name sees it on the page."""
    assert CANARY in as_role("coordinator").get("/NORTH/worklist/").content.decode()
