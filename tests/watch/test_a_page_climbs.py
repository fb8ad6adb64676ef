"""A page of the manual: who is reached, in which minute, when channels are dead or nobody answers.

Time is simulated: the watch takes a turn every twenty seconds of it. In the tables a channel is
``dead`` (nothing arrives), ``rings`` (it arrives and nobody answers), ``answers 2`` (answered two
minutes after it arrived) or ``cannot 1`` (after one minute: "I cannot come").
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from holdfast.actions import people
from holdfast.domain import duty
from holdfast.records import heartbeats
from holdfast.records.duty import DutyContact, DutyPage, PageAttempt
from holdfast.records.journal import Heartbeat
from holdfast.records.models import Site
from holdfast.records.rota import duty_now, page_value, pages_of
from holdfast.watch import paging
from holdfast.watch.each_site import SitesFailed
from holdfast.watch.pagers import Letter, PageNotReceived
from holdfast.watch.runner import take_turn
from tests.actions.clinic import Clinic, written
from tests.actions.test_duty import answered, contact, paged, rostered, signed
from tests.records.attacker import Attacker

TURN = timedelta(seconds=20)
NUMBERS = {"email": "{}@example.org", "sms": "+41 79 000 00 0{}"}


class Telephones:
    """The channels of everybody: dead ones take nothing, the others say what arrived and when."""

    def __init__(self) -> None:
        self.state: dict[str, str] = {}  # by address
        self.arrived: list[tuple[str, timedelta]] = []
        self.began = self.now = None

    def deliver(self, letter: Letter) -> str:
        if self.state.get(letter.address, "dead") == "dead":
            raise PageNotReceived("no-answer")
        if not letter.code:
            self.arrived.append((letter.address, self.now - self.began))
        return "acknowledged"


class Night:
    """A page over a simulated night: the roster as a table, then who was reached in which minute."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.telephones = clinic, Telephones()
        self.owners: dict[str, str] = {}

    def __call__(
        self, roster: str, *, answer_within_min: int | None, minutes: int, reached: str
    ) -> None:
        for post, who, channel, state in rows(roster):
            self._put_on(post, who, channel, state)
        if answer_within_min is not None:
            written(signed(self.clinic, value=str(answer_within_min)))
            written(signed(self.clinic, "answer-holds-for", "60"))
        written(paged(self.clinic, by=self.clinic.coordinator))
        self._run(minutes)
        found = [
            (str(at // timedelta(minutes=1)), self.owners[address])
            for address, at in self.telephones.arrived
        ]
        assert found == [tuple(row) for row in rows(reached)]

    def _put_on(self, post: str, who: str, channel: str, state: str) -> None:
        user = self.clinic.accounts[who]
        written(rostered(self.clinic, user, post=post))
        address = NUMBERS[channel].format(len(self.owners))
        written(contact(self.clinic, user, channel, address))
        self.telephones.state[address], self.owners[address] = state, who

    def _run(self, minutes: int) -> None:
        asked = self.telephones.began = self.clinic.now
        ways = dict.fromkeys(DutyContact.CHANNELS, self.telephones)
        while self.clinic.now < asked + timedelta(minutes=minutes):
            self.clinic.now += TURN
            self.telephones.now = self.clinic.now
            paging.send_pages(self.clinic.now, ways)
            self._let_people_answer()

    def _let_people_answer(self) -> None:
        page = DutyPage.objects.get(reason="come-now")
        for address, at in list(self.telephones.arrived):
            done, _, wait = self.telephones.state[address].partition(" ")
            user = self.clinic.accounts[self.owners[address]]
            is_time = wait and self.clinic.now - self.telephones.began >= at + minutes_of(wait)
            if is_time and not page.answers.filter(answered_by=user).exists():
                told = "coming" if done == "answers" else "cannot"
                written(answered(self.clinic, page, user, told))


def minutes_of(text: str) -> timedelta:
    return timedelta(minutes=float(text))


def rows(table: str) -> list[list[str]]:
    """The rows of a table under its head."""
    lines = [line.strip() for line in table.strip().splitlines() if "-+-" not in line]
    return [[cell.strip() for cell in line.split("|")] for line in lines[1:]]


@pytest.fixture
def night(one_clinic: Clinic) -> Callable[..., None]:
    return Night(one_clinic)


def test_with_the_first_channel_dead_the_second_person_is_reached_within_the_signed_minutes(night):
    """Nobody waits five minutes for a telephone that is known to be dead."""
    night(
        """
        post   | who       | channel | telephone
        -------+-----------+---------+----------
        first  | therapist | sms     | dead
        second | physician | sms     | rings
        """,
        answer_within_min=5,
        minutes=4,
        reached="""
        minute | who
        -------+----------
        0      | physician
        """,
    )


def test_who_does_not_answer_in_the_signed_minutes_is_not_waited_for(night):
    night(
        """
        post              | who         | channel | telephone
        ------------------+-------------+---------+----------
        first             | therapist   | sms     | rings
        second            | coordinator | email   | rings
        physician-on-call | physician   | sms     | answers 1
        """,
        answer_within_min=5,
        minutes=12,
        reached="""
        minute | who
        -------+------------
        0      | therapist
        5      | coordinator
        10     | physician
        """,
    )


def test_an_answer_ends_it_and_nobody_else_is_woken(night):
    night(
        """
        post   | who       | channel | telephone
        -------+-----------+---------+----------
        first  | therapist | sms     | answers 4
        second | physician | sms     | rings
        """,
        answer_within_min=5,
        minutes=12,
        reached="""
        minute | who
        -------+----------
        0      | therapist
        """,
    )


def test_who_cannot_come_sends_it_on_at_once(night):
    night(
        """
        post   | who       | channel | telephone
        -------+-----------+---------+----------
        first  | therapist | sms     | cannot 1
        second | physician | sms     | answers 1
        """,
        answer_within_min=5,
        minutes=12,
        reached="""
        minute | who
        -------+----------
        0      | therapist
        1      | physician
        """,
    )


def test_with_one_of_two_channels_dead_the_other_still_has_its_minutes(night):
    night(
        """
        post   | who       | channel | telephone
        -------+-----------+---------+----------
        first  | therapist | sms     | dead
        first  | therapist | email   | rings
        second | physician | sms     | answers 1
        """,
        answer_within_min=5,
        minutes=12,
        reached="""
        minute | who
        -------+----------
        0      | therapist
        5      | physician
        """,
    )


def test_it_climbs_to_the_site_lead_and_the_outside_monitor_and_then_begins_again(night):
    """Nobody gives up: after the last has had their time everybody is paged again."""
    night(
        """
        post            | who         | channel | telephone
        ----------------+-------------+---------+----------
        first           | therapist   | sms     | rings
        site-lead       | coordinator | sms     | rings
        outside-monitor | monitor     | email   | rings
        """,
        answer_within_min=5,
        minutes=16,
        reached="""
        minute | who
        -------+------------
        0      | therapist
        5      | coordinator
        10     | monitor
        15     | therapist
        15     | coordinator
        15     | monitor
        """,
    )


def test_while_nobody_signed_the_minutes_everybody_is_paged_at_once(night):
    night(
        """
        post   | who       | channel | telephone
        -------+-----------+---------+----------
        first  | therapist | sms     | rings
        second | physician | sms     | rings
        """,
        answer_within_min=None,
        minutes=10,
        reached="""
        minute | who
        -------+----------
        0      | therapist
        0      | physician
        """,
    )


# What fails at one place keeps nobody else waiting.


@pytest.fixture
def two_sites(one_clinic: Clinic) -> tuple[Clinic, Clinic]:
    """Two sites with a page open at each; the broken one's code comes first."""
    clinic, now = one_clinic, one_clinic.now
    told = {"entry_id": uuid4(), "by": clinic.administrator, "now": now}
    made = written(people.create_site(code="ABLE", name="Able", zone="UTC", **told))
    other = Clinic(
        Site.objects.get(id=made.stream_id), clinic.administrator, clinic.accounts, clinic.now
    )
    for login in ("coordinator", "therapist", "physician"):
        written(
            people.assign_role(
                user=clinic.accounts[login],
                site=other.site,
                role=login,
                valid_from=now,
                entry_id=uuid4(),
                by=clinic.administrator,
                now=now,
            )
        )
    for each, who in ((other, "physician"), (clinic, "therapist")):
        written(rostered(each, each.accounts[who]))
        written(contact(each, each.accounts[who], "email", f"{who}@example.org"))
        written(paged(each))
    return other, clinic


def all_ring() -> Telephones:
    telephones = Telephones()
    telephones.state = {f"{who}@example.org": "rings" for who in ("therapist", "physician")}
    return telephones


def ways_of(telephones: Telephones, now) -> dict:
    telephones.began = telephones.now = now
    return dict.fromkeys(DutyContact.CHANNELS, telephones)


def test_a_site_that_fails_ends_the_turn_of_no_other_and_is_itself_an_alarm(two_sites, monkeypatch):
    broken, well = two_sites
    telephones = all_ring()
    ways = ways_of(telephones, well.now)

    def state(site, *given):
        if site == broken.site:
            raise RuntimeError("anything")
        return duty_now(site, *given)

    monkeypatch.setattr(paging, "duty_now", state)
    with pytest.raises(SitesFailed, match="ABLE: RuntimeError"):
        paging.send_pages(well.now, ways)
    assert [address for address, _ in telephones.arrived] == ["therapist@example.org"]
    assert take_turn("paging", well.now, lambda now: paging.send_pages(now, ways)) is False
    assert Heartbeat.objects.get(loop="paging").detail == "SitesFailed: ABLE: RuntimeError"
    assert ("paging", "failed") in {(s.loop, s.reason) for s in heartbeats.stale(well.now)}


def test_a_bug_at_one_site_ends_the_watch_after_the_others_had_their_turn(two_sites, monkeypatch):
    broken, well = two_sites
    telephones = all_ring()

    def state(site, *given):
        if site == broken.site:
            raise ZeroDivisionError
        return duty_now(site, *given)

    monkeypatch.setattr(paging, "duty_now", state)
    with pytest.raises(ZeroDivisionError):
        paging.send_pages(well.now, ways_of(telephones, well.now))
    assert [address for address, _ in telephones.arrived] == ["therapist@example.org"]


@pytest.mark.parametrize("part", ["begin_tests", "_tell_conditions"])
def test_what_fails_beside_the_pages_keeps_no_page_back(two_sites, monkeypatch, part):
    def fails(*_: object) -> None:
        raise RuntimeError("anything")

    monkeypatch.setattr(paging, part, fails)
    telephones = all_ring()
    with pytest.raises(SitesFailed):
        paging.send_pages(two_sites[1].now, ways_of(telephones, two_sites[1].now))
    assert len(telephones.arrived) == 2


def test_an_altered_address_is_a_failed_try_and_the_page_climbs_past_it(two_sites, own_database):
    _, clinic = two_sites
    written(rostered(clinic, clinic.physician, post="second"))
    written(contact(clinic, clinic.physician, "email", "second@example.org"))
    written(signed(clinic, value="5"))
    written(signed(clinic, "answer-holds-for", "60"))
    rows_of = DutyContact.objects.filter(site=clinic.site)
    first, second = (rows_of.get(user=clinic.accounts[w]) for w in ("therapist", "physician"))
    Attacker(own_database).run(
        f"UPDATE records_dutycontact SET address = '{second.address.stored}' "
        f"WHERE id = '{first.id.hex}'"
    )
    telephones = all_ring()
    telephones.state["second@example.org"] = "rings"
    for _ in range(2):
        clinic.now += TURN
        paging.send_pages(clinic.now, ways_of(telephones, clinic.now))
    assert "second@example.org" in {address for address, _ in telephones.arrived}
    page = DutyPage.objects.get(site=clinic.site, reason="come-now")
    assert PageAttempt.objects.filter(page=page, user=clinic.therapist).first().detail == (
        "no-address"
    )


def test_a_channel_that_hangs_is_given_up_and_the_turn_goes_on(two_sites, monkeypatch):
    """A gateway that neither takes a page nor refuses it would hold up every site's pages."""
    from threading import Event

    let_go = Event()

    class Hangs:
        def deliver(self, letter: Letter) -> str:
            let_go.wait(20)
            return "acknowledged"

    monkeypatch.setattr(paging, "PATIENCE_SECONDS", 0.2)
    clinic = two_sites[1]
    try:
        assert paging.send_pages(clinic.now, dict.fromkeys(DutyContact.CHANNELS, Hangs())) == 0
    finally:
        let_go.set()
    assert {row.detail for row in PageAttempt.objects.all()} == {"no-answer-in-time"}
    state = duty_now(clinic.site, pages_of(clinic.site, clinic.now), clinic.now)
    (call,) = [row for row in pages_of(clinic.site, clinic.now) if row.reason == "come-now"]
    later = clinic.now + duty.RETRY
    again = duty.sends(page_value(call), duty_now(clinic.site, [call], later))
    assert state.attempts
    assert [send.person for send in again] == [clinic.therapist.id]
