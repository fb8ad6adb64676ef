"""In a real Chromium: a bottle from receipt to destruction by two people, by keyboard; a session box in the dark."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from holdfast.actions.boxes import BoxPart, issue_box
from holdfast.actions.movements import MovementTold, NewContainer, record_movement
from holdfast.actions.pins import set_pin
from holdfast.actions.second_person import Present, SecondProof
from holdfast.actions.session_opening import open_session
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain.movements import Kind
from holdfast.records.models import (
    Container,
    CustodyAct,
    CustodyPlace,
    DrugMovement,
    DrugStore,
    Enrollment,
    User,
)
from holdfast.records.verification_run import verify_here
from tests import databases
from tests.actions.clinic import written
from tests.browser.room import RoomServer
from tests.browser.sizes import every
from tests.browser.test_more_accessibility import wrong_at
from tests.web.clinic import PASSWORD

pytestmark = pytest.mark.browser
MAIN = "/NORTH/pharmacy/stores/main/"
PINS = {"pharmacist": "935172", "therapist": "493817", "physician": "620518"}


@dataclass
class Stock:
    """The store of the served clinic, and who moves what in it."""

    store: DrugStore

    def place(self, code: str) -> CustodyPlace:
        return CustodyPlace.objects.get(store=self.store, code=code)

    def present(self, by: User) -> dict:
        now, second = timezone.now(), User.objects.get(login="physician")
        return {
            "proof": ReauthenticationProof.made(user=by, now=now),
            "second": SecondProof.made(user=second, beside=by, now=now, method="pin"),
        }

    def move(self, kind: Kind, container: object, capsules: str, **given: object) -> None:
        by, now = User.objects.get(login="pharmacist"), timezone.now()
        told = MovementTold(kind=kind, container=container, capsules=capsules, at=now, **given)
        pair = self.present(by)
        written(
            record_movement(
                store=self.store, told=told, entry_id=uuid4(), by=by, now=timezone.now(), **pair
            )
        )

    def box(self, enrollment: Enrollment, number: str) -> None:
        """A kit that was received, assigned and issued as the box of a session."""
        parts = []
        for part in ("initial", "supplement"):
            label = NewContainer(
                code=f"{number}-{part[0].upper()}",
                part=part,
                size=2 if part == "initial" else 1,
                use_by=date.today() + timedelta(days=400),
                product="Study capsule",
                kit_number=number,
            )
            capsules = "1-2" if part == "initial" else "1"
            self.move(Kind.RECEIVE, label, capsules, to_place=self.place("safe").id)
            found = Container.objects.get(code=label.code)
            safe = self.place("safe").id
            self.move(Kind.ASSIGN, found.id, capsules, from_place=safe, enrollment=enrollment.id)
            parts.append(
                BoxPart(
                    dose=part,
                    container=found.id,
                    capsules=capsules,
                    from_place=safe,
                    seal=f"S-{number}-{part[0]}",
                )
            )
        by, now = User.objects.get(login="pharmacist"), timezone.now()
        written(
            issue_box(
                store=self.store,
                enrollment=enrollment,
                visit="v5",
                parts=parts,
                to=self.place("room-lock"),
                present=Present(**self.present(by)),
                at=now,
                entry_id=uuid4(),
                by=by,
                now=timezone.now(),
                happened=True,  # no order stands in this clinic
            )
        )


@pytest.fixture(scope="module")
def server(clinic_template, tmp_path_factory, django_db_blocker) -> Iterator[RoomServer]:
    """A clinic of this module's own: PINs, a session that is open, and its box in the room's lock."""
    path = tmp_path_factory.mktemp("pharmacy") / "clinic.sqlite3"
    shutil.copyfile(clinic_template.path, path)
    running = RoomServer(path, clinic_template.key)
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        databases.pointed_at(f"sqlite:///{path}"),
    ):
        patch.delenv("HOLDFAST_KEY_FILE", raising=False)
        patch.setenv("HOLDFAST_KEY", clinic_template.key)
        for login, pin in PINS.items():
            user = User.objects.get(login=login)
            written(set_pin(user, pin, entry_id=uuid4(), by=user, now=timezone.now()))
        enrollment = Enrollment.objects.select_related("site").get()
        Stock(DrugStore.objects.select_related("site").get()).box(enrollment, "4711")
        by, now = User.objects.get(login="therapist"), timezone.now()
        told = {"enrollment": enrollment, "visit": "v5", "entry_id": uuid4()}
        written(open_session(by=by, now=now, began_at=now - timedelta(minutes=1), **told))
        running.start()
        yield running
        running.stop()


def shot(page: Page, name: str) -> None:
    """A picture to look at, where somebody asked for pictures."""
    if folder := os.environ.get("HOLDFAST_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on a field, as somebody without a mouse does."""
    for _press in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the keyboard")


def typed(page: Page, selector: str, words: str) -> None:
    tab_to(page, selector)
    page.keyboard.type(words)


def both_show(page: Page, second: str = "Therapist", pins: tuple[str, str] = ("", "")) -> None:
    """Two names, two secrets: a tap for the second, then what each knows alone."""
    page.fill("[name=mine]", pins[0] or PASSWORD)
    page.click(f".who-shows label:has-text('{second}')")
    page.fill("[name=theirs]", pins[1] or PASSWORD)


@pytest.mark.parametrize(("width", "scheme"), every())
def test_a_bottle_from_receipt_to_destruction_by_two_people(page_of, axe, server, width, scheme):
    page = page_of("pharmacist", width, scheme, at=server.address)
    code = f"B-{width}-{scheme}"
    page.goto(f"{MAIN}receive/")
    assert wrong_at(page, axe) == []
    shot(page, f"receive-{width}-{scheme}")
    page.reload()
    typed(page, "[name=code]", code)
    typed(page, "[name=size]", "10")
    page.fill("[name=expires_on]", (date.today() + timedelta(days=400)).isoformat())
    typed(page, "[name=product]", "MDMA 40 mg")
    typed(page, "[name=nominal_mg]", "40")
    typed(page, "[name=lot]", "L-77")
    typed(page, "[name=supplier]", "Calm Works")
    tab_to(page, "[name=target]")
    page.keyboard.type("Safe")
    typed(page, "[name=mine]", PASSWORD)
    tab_to(page, "[name=second]")
    for _press in range(20):
        if "Therapist" in page.evaluate("document.activeElement.closest('label').innerText"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    typed(page, "[name=theirs]", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=This is not that of Therapist")
    assert page.input_value("[name=code]") == code  # what was typed is kept
    assert page.input_value("[name=theirs]") == ""
    shot(page, f"receive-refused-{width}-{scheme}")
    assert wrong_at(page, axe) == []
    both_show(page)
    page.press("[name=theirs]", "Enter")
    page.wait_for_selector("text=Recorded. The register has its line.")
    shot(page, f"store-{width}-{scheme}")
    assert wrong_at(page, axe) == []
    # From now on two PINs are enough: a code, two names, two PINs.
    page.goto(f"{MAIN}move/destroy/")
    page.fill("[name=code]", code)
    page.select_option("[name=reason]", "damaged")
    both_show(page, pins=(PINS["pharmacist"], PINS["therapist"]))
    shot(page, f"destroy-{width}-{scheme}")
    page.press("[name=theirs]", "Enter")
    page.wait_for_selector("text=Recorded. The register has its line.")
    gone = DrugMovement.objects.get(container__code=code, kind="destroy")
    assert gone.capsules == "1-10"
    act = CustodyAct.objects.get(movements=gone)
    told = (act.first.login, act.first_method, act.second.login, act.second_method)
    assert told == ("pharmacist", "pin", "therapist", "pin")
    page.goto(f"{MAIN}register/")
    assert wrong_at(page, axe) == []
    shot(page, f"register-{width}-{scheme}")
    assert page.inner_text("tbody tr:first-child .balance-of").startswith("0")
    assert verify_here().fits


def shown_by_pins(page: Page, first: str, second: str) -> None:
    both_show(page, second.title(), (PINS[first], PINS[second]))
    page.press("[name=theirs]", "Enter")


@pytest.mark.parametrize(("width", "scheme"), every())
def test_a_session_box_is_opened_and_returned_in_the_dark(page_of, axe, server, width, scheme):
    """The pages of the box are dark until somebody chooses otherwise, whatever the device prefers."""
    number = f"{width}{'7' if scheme == 'dark' else '8'}"
    stock = Stock(DrugStore.objects.select_related("site").get())
    enrollment = Enrollment.objects.select_related("site").get()
    stock.box(enrollment, number)
    page = page_of("therapist", width, scheme, at=server.address)
    box = f"/NORTH/people/{enrollment.id}/session/box/"
    page.goto(box)
    assert page.get_attribute("html", "data-theme") == "dark"
    assert wrong_at(page, axe) == []
    shot(page, f"box-{width}-{scheme}")
    page.reload()  # everything was unfolded
    initial = page.locator(f"section:has(code:text-is('{number}-I'))")
    initial.get_by_role("link", name="Open", exact=True).click()
    page.wait_for_selector("[name=seal]")
    assert wrong_at(page, axe) == []
    page.reload()
    assert page.input_value("[name=code]") == f"{number}-I"
    page.fill("[name=seal]", f"S-{number}-i")
    both_show(page, "Physician")
    shot(page, f"box-open-{width}-{scheme}")
    page.press("[name=theirs]", "Enter")
    page.wait_for_selector("text=Recorded. The register has its line.")
    for act in ("Hand over", "Seen swallowed"):
        page.locator(f"section:has(code:text-is('{number}-I'))").get_by_role(
            "link", name=act, exact=True
        ).click()
        page.wait_for_selector("[name=mine]")
        shown_by_pins(page, "therapist", "physician")
        page.wait_for_selector("text=Recorded. The register has its line.")
    supplement = page.locator(f"section:has(code:text-is('{number}-S'))")
    supplement.get_by_role("link", name="Return unopened", exact=True).click()
    page.fill("[name=seal]", f"S-{number}-s")
    shown_by_pins(page, "therapist", "physician")
    page.wait_for_selector("text=Recorded. The register has its line.")
    shot(page, f"box-after-{width}-{scheme}")
    rows = DrugMovement.objects.filter(container__kit_number=number).exclude(came="paper")
    kinds = [row.kind for row in rows.order_by("recorded_at", "position", "turn")]
    assert kinds[-4:] == ["open", "hand-over", "swallowed", "return-box"]
    back = rows.get(kind="return-box")
    assert back.to_place == stock.place("safe")
    assert not back.discrepancies.exists()
    assert verify_here().fits


def has_a_passkey(page: Page, who: str) -> None:
    """Somebody logs in here and makes a passkey on this computer."""
    page.goto("/log-in/")
    page.fill("[name=login_name]", who)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/log-in/" not in url)
    page.goto("/sign-in/passkey/")
    page.select_option("[name=kind]", "computer")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()


@pytest.mark.nightly
def test_two_passkeys_are_for_what_the_form_said_and_for_nothing_else(browser, server):
    """Whoever changes a word between the two has to show it again."""
    context = browser.new_context(base_url=server.by_name, locale="en")
    page = context.new_page()
    tool = context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tool.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    has_a_passkey(page, "therapist")
    context.clear_cookies()
    has_a_passkey(page, "pharmacist")
    code = "B-passkeys"
    page.goto(f"{MAIN}receive/")
    told = {"code": code, "size": "4", "product": "MDMA 40 mg", "lot": "L-9", "supplier": "Calm"}
    for name, words in told.items():
        page.fill(f"[name={name}]", words)
    page.fill("[name=expires_on]", (date.today() + timedelta(days=90)).isoformat())
    page.select_option("[name=target]", label="Safe (Safe)")
    page.click(".who-shows label:has-text('Therapist')")
    mine, theirs = page.locator("[data-shows]").all()
    for part in (mine, theirs):
        part.locator("[data-show-passkey]").click()
        part.locator("[data-shown-now]").wait_for()
    # The script asks again by itself; who goes round the script is refused by the server.
    page.evaluate("document.querySelector('[name=size]').value = '40'")
    page.click(".actions button.primary")
    page.wait_for_selector("text=Show who you are: your passkey, PIN or password.")
    assert not Container.objects.filter(code=code).exists()
    page.fill("[name=size]", "4")
    for part in page.locator("[data-shows]").all():
        part.locator("[data-show-passkey]").click()
        part.locator("[data-shown-now]").wait_for()
    page.click(".actions button.primary")
    page.wait_for_selector("text=Recorded. The register has its line.")
    act = CustodyAct.objects.get(movements__container__code=code)
    told_by = (act.first.login, act.first_method, act.second.login, act.second_method)
    assert told_by == ("pharmacist", "passkey", "therapist", "passkey")
    context.close()
