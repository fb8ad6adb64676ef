"""What happened to an account is told to its person by their own channels, without a name."""

from uuid import uuid4

from holdfast.actions import rosters
from holdfast.actions.sign_ins import record_sign_in
from holdfast.records.journal import OutboxDelivery, OutboxEntry
from holdfast.watch import notices, outbox
from holdfast.watch.pagers import PageNotReceived
from tests.actions.clinic import CANARY, Clinic, written

ADDRESS = "zebediah.canarybird@example.org"


class Box:
    """A channel that keeps what it took, or takes nothing."""

    def __init__(self, *, is_dead: bool = False) -> None:
        self.is_dead, self.taken = is_dead, []

    def deliver(self, letter: notices.Letter) -> str:
        if self.is_dead:
            raise PageNotReceived("smtp-451")
        self.taken.append(letter)
        return "taken"


def locked_out(clinic: Clinic) -> OutboxEntry:
    """The physician has an address, and somebody tried too many passwords."""
    who = clinic.physician
    told = {"site": clinic.site, "channel": "email", "address": ADDRESS, "entry_id": uuid4()}
    written(rosters.keep_contact(by=who, now=clinic.now, **told))
    written(
        record_sign_in(
            kind="sign-in-locked", entry_id=uuid4(), by=who, now=clinic.now, method="password"
        )
    )
    return OutboxEntry.objects.get(kind="account-locked")


def test_a_lock_is_told_to_whose_account_it_is(clinic):
    entry, box = locked_out(clinic), Box()
    assert notices.tell(entry, clinic.now, {"email": box}) == 1
    (letter,) = box.taken
    assert letter.address == ADDRESS
    assert "too many wrong passwords" in letter.text
    assert "If it was not you" in letter.text
    assert CANARY not in letter.text
    assert CANARY not in entry.body
    assert OutboxDelivery.objects.get(message=entry).channel == "email"


def test_a_dead_channel_is_on_record_and_the_sites_own_still_hears(clinic, monkeypatch):
    entry = locked_out(clinic)
    monkeypatch.setattr(notices, "pagers_of_the_site", lambda: {"email": Box(is_dead=True)})
    outbox.deliver(clinic.later(minutes=1))
    tries = OutboxDelivery.objects.filter(message=entry).order_by("position")
    assert [(row.channel, row.outcome) for row in tries] == [
        ("email", "failed"),
        ("console", "received"),
    ]


def test_every_message_about_an_account_has_words():
    import re
    from pathlib import Path

    import holdfast.actions

    folder = Path(holdfast.actions.__file__).parent
    sent = {
        kind
        for path in folder.glob("*.py")
        for kind in re.findall(r'"(account-[a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    refusals_and_events = {
        "account-closed",
        "account-in-use",
        "account-opened",
        "account-recovered",
    }
    assert sent - refusals_and_events <= set(notices.WORDS)
    assert "account-recovered" in notices.WORDS
