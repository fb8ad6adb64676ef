"""The pages of the pharmacy: two people on one screen, the register, the box, and what is refused and kept."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from holdfast.actions.pins import set_pin
from holdfast.records.models import (
    Container,
    CustodyAct,
    CustodyPlace,
    Discrepancy,
    DrugMovement,
    User,
)
from tests.actions.clinic import written
from tests.web.clinic import PASSWORD

MAIN = "/NORTH/pharmacy/stores/main/"
PINS = {"pharmacist": "493817", "pharmacist-unblinded": "620518"}


def person(login: str) -> User:
    return User.objects.get(login=login)


def place(code: str) -> str:
    return f"place:{CustodyPlace.objects.get(code=code).id}"


def both(**told: object) -> dict:
    """A form with two people on it, by password."""
    return {
        "entry_id": str(uuid4()),
        "second": str(person("therapist").id),
        "mine": PASSWORD,
        "theirs": PASSWORD,
        **told,
    }


def delivery(**told: object) -> dict:
    return both(
        **{
            "part": "bottle",
            "code": "B-77",
            "product": "MDMA 40 mg",
            "nominal_mg": "40",
            "size": "10",
            "lot": "L-77",
            "expires_on": (date.today() + timedelta(days=400)).isoformat(),
            "supplier": "Calm Works",
            "target": place("safe"),
        }
        | told
    )


def receive(client: Client, **told: object):
    return client.post(f"{MAIN}receive/", delivery(**told))


def move(client: Client, kind: str, **told: object):
    return client.post(f"{MAIN}move/{kind}/", both(code="B-77", **told))


@pytest.fixture
def desk(as_role) -> Client:
    """The pharmacist, logged in."""
    return as_role("pharmacist")


def test_a_delivery_is_received_by_two_people_and_stands_in_the_register(desk):
    assert receive(desk).status_code == 302
    movement = DrugMovement.objects.get()
    assert (movement.kind, movement.capsules) == ("receive", "1-10")
    act = CustodyAct.objects.get()
    assert (act.first.login, act.second.login, act.policy) == ("pharmacist", "therapist", "two")
    page = desk.get(MAIN).content.decode()
    assert "B-77" in page
    assert "lot L-77" in page
    register = desk.get(f"{MAIN}register/").content.decode()
    assert "Received" in register
    assert "Therapist" in register
    assert move(desk, "destroy", reason="damaged", capsules="1-4").status_code == 302
    lines = desk.get(f"{MAIN}register/").content.decode().split('balance-of">')
    assert [line.split("<")[0] for line in lines[1:]] == ["6", "10"]


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"second": ""}, "Tap the name of the second person."),
        ({"theirs": "wrong"}, "This is not that of"),
        ({"theirs": ""}, "shows passkey, PIN or password."),
        ({"mine": "wrong"}, "This is not yours"),
        ({"size": "-3"}, "greater than or equal to 1"),
        ({"expires_on": "2020-01-01"}, "It is out of date already."),
        ({"part": "initial", "lot": ""}, "Write the number of the kit"),
        ({"part": "initial", "kit_number": "4711"}, "of a kit it is for the sealed room alone"),
        ({"lot": ""}, "Write it as the label or the paper says."),
        ({"code": "B 77"}, "A code, kit number or lot has letters"),
    ],
)
def test_a_slip_is_refused_with_its_reason_keeps_what_was_typed_and_writes_nothing(
    desk, slip, words
):
    answer = receive(desk, **slip)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="MDMA 40 mg"' in page
    assert 'value="Calm Works"' in page
    assert PASSWORD not in page
    assert not DrugMovement.objects.exists()


def test_nobody_stands_beside_themselves_nor_is_it_offered(desk):
    page = desk.get(f"{MAIN}receive/").content.decode()
    assert f'value="{person("therapist").id}"' in page
    assert f'name="second" value="{person("pharmacist").id}"' not in page
    assert receive(desk, second=str(person("pharmacist").id)).status_code == 422
    assert receive(desk, second=str(person("rater").id)).status_code == 422
    assert not DrugMovement.objects.exists()


def test_a_pin_is_enough_once_each_has_shown_all_on_this_screen(desk):
    for login in ("pharmacist", "therapist"):
        user = person(login)
        written(set_pin(user, "493817", entry_id=uuid4(), by=user, now=timezone.now()))
    first = receive(desk, mine="493817", theirs="493817").content.decode()
    assert "The first time after you log in" in first
    assert "The first time on this screen, Therapist" in first
    assert receive(desk).status_code == 302
    second = receive(desk, code="B-78", mine="493817", theirs="493817")
    assert second.status_code == 302
    act = CustodyAct.objects.order_by("-recorded_at", "-position").first()
    assert (act.first_method, act.second_method) == ("pin", "pin")


def test_one_alone_in_an_emergency_is_recorded_and_owed(desk):
    receive(desk)
    alone = {"second": "", "theirs": "", "alone": "person-in-danger"}
    assert move(desk, "destroy", reason="damaged", capsules="1", **alone).status_code == 302
    assert CustodyAct.objects.filter(policy="emergency", emergency="person-in-danger").exists()
    assert "One person alone" in desk.get(MAIN).content.decode()
    assert (
        move(desk, "destroy", reason="damaged", capsules="2", alone="evacuation").status_code == 422
    )


def test_what_does_not_fit_is_refused_until_somebody_says_that_it_happened(desk):
    old = {"expires_on": (date.today() - timedelta(days=2)).isoformat()}
    page = receive(desk, **old).content.decode()
    assert "It has happened already." in page
    assert receive(desk, happened="on", **old).status_code == 302
    assert Discrepancy.objects.filter(code="expired").exists()


def test_a_bottle_is_issued_for_one_of_the_two_doses(desk):
    """No order stands here: the page says so, and what happened all the same is told for its dose."""
    receive(desk)
    told = {"capsules": "1-2", "source": place("safe"), "target": place("room-lock")}
    told |= {"person": "1", "visit": "v5", "seal": "S-1"}
    assert "Say for which dose it is" in move(desk, "issue-box", **told).content.decode()
    told["dose"] = "initial"
    page = move(desk, "issue-box", **told).content.decode()
    assert "No order of a prescriber stands for this session" in page
    assert move(desk, "issue-box", happened="on", **told).status_code == 302
    issued = DrugMovement.objects.get(kind="issue-box")
    assert (issued.dose, issued.visit, issued.order) == ("initial", "v5", None)
    assert Discrepancy.objects.get().code == "box-not-ordered"


def test_the_register_is_corrected_by_a_line_of_its_own(desk):
    receive(desk)
    move(desk, "destroy", reason="damaged", capsules="1-4")
    wrong = DrugMovement.objects.get(kind="destroy")
    page = desk.get(f"{MAIN}register/").content.decode()
    assert f"move/correct/?corrects={wrong.id}" in page
    told = both(corrects=str(wrong.id), reason="typing-error")
    assert desk.post(f"{MAIN}move/correct/", told).status_code == 302
    assert "Corrected" in desk.get(f"{MAIN}register/").content.decode()
    assert "10 <small>of 10" in desk.get(MAIN).content.decode()


def test_a_label_holds_the_code_and_nothing_that_tells(desk):
    nothing = dict.fromkeys(("lot", "product", "nominal_mg", "supplier"), "")
    kit = {"part": "initial", "kit_number": "4711", "code": "4711-I", "size": "2"}
    assert receive(desk, **kit, **nothing).status_code == 302
    page = desk.get(f"{MAIN}labels/").content.decode()
    assert "<svg" in page
    assert "4711-I" in page
    label = page.split('class="label"')[1]
    assert "MDMA" not in label
    assert Container.objects.get().lot == ""


def test_a_store_of_another_study_is_not_found(as_role):
    assert as_role("rater").get(MAIN).status_code == 404
    assert as_role("pharmacist").get("/NORTH/pharmacy/stores/other/").status_code == 404


def test_a_count_is_blind_and_what_differs_is_settled_by_somebody_else(desk, as_role):
    receive(desk)
    page = desk.get(f"{MAIN}count/").content.decode()
    assert "B-77 10" in page  # the example of the hint, whatever is there
    counted = both(target=place("safe"), code="b-77 9", is_whole="on")
    answer = desk.post(f"{MAIN}count/", counted, follow=True).content.decode()
    assert "Whether it differs is not shown to whoever counts." in answer
    assert "10 by the book" not in answer
    difference = Discrepancy.objects.get()
    own = desk.get(f"{MAIN}discrepancies/").content.decode()
    assert "You are in it: somebody else settles it." in own
    assert "by the book" not in own.split("<h2>A count found")[1]
    lead = as_role("site-lead")
    shown = lead.get(f"{MAIN}discrepancies/").content.decode()
    assert "9 counted, 10 by the book" in shown
    told = both(outcome="counted-wrong", words="One was stuck in the neck of the bottle.")
    told["second"] = str(person("physician").id)
    address = f"{MAIN}discrepancies/{difference.id}/"
    assert lead.post(address, told | {"words": ""}).status_code == 422
    assert lead.post(address, told).status_code == 302
    assert "One was stuck" not in lead.get(f"{MAIN}discrepancies/").content.decode()
    assert Discrepancy.objects.get().settled.settled_by.login == "site-lead"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("B-77", "This line is unclear"),
        ("B-77 -2", "This line is unclear"),
        ("X-1 2", "no container of this store"),
        ("B-77 2\nb-77 3", "Named twice"),
        ("", "Write what you count."),
    ],
)
def test_a_slip_in_a_count_is_said_and_kept(desk, lines, words):
    receive(desk)
    answer = desk.post(f"{MAIN}count/", both(target=place("safe"), code=lines))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_one_did_alone_is_confirmed_by_another(desk, as_role):
    receive(desk, second="", theirs="", alone="person-in-danger")
    act = CustodyAct.objects.get()
    other = as_role("physician")
    assert "Confirm it" in other.get(f"{MAIN}discrepancies/").content.decode()
    told = {"entry_id": str(uuid4()), "outcome": "not-as-told", "password": PASSWORD}
    assert other.post(f"{MAIN}alone/{act.id}/", told).status_code == 302
    assert Discrepancy.objects.get().code == "not-as-told"
    assert "One person alone" not in desk.get(MAIN).content.decode()
