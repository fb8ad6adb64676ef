"""OWASP ASVS 5.0, chapters V1, V2 and V4: hostile input is words, a slip at a field, or nothing at all."""

from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from holdfast.definitions.roles import roles
from holdfast.records.models import Confirmation, Enrollment, SignedLimit
from holdfast.watch.pagers import Letter, Mail, PageNotReceived
from holdfast.web.paper import letter_pdf
from tests.web.clinic import PASSWORD, Places
from tests.web.routes import every_route

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</title></textarea><svg onload=alert(1)>",
    "{{7*191}}{% debug %}${7*191}#{7*191}",
    "%3Cscript%3E%253Cscript%253E&lt;b&gt;",
    "'; DROP TABLE records_person; --",
    "%s%n%x {0.__class__} {user.password}",
    "=cmd|'/C calc'!A0",
    "javascript:alert(1)",
    "a\u2028b\u202ec\u200bd",
]
# What a name, a number, a day or an id could be taken for.
ODD = [
    "\x00",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "9" * 400,
    "-1",
    "1e400",
    "NaN",
    "Infinity",
    "٣",
    "0x10",
    "..",
    "[]",
    "{}",
    "null",
    "' OR 1=1 --",
    "2026-02-30",
    "9999-12-31",
    "00000000-0000-0000-0000-000000000000",
    "\r\nX-Planted: 1",
    "a" * 10_000,
]
NAMES = [
    "value",
    "unit",
    "source",
    "observed_on",
    "name",
    "rxcuis",
    "is_current",
    "last_taken_on",
    "kind",
    "code",
    "system",
    "reason",
    "words",
    "q",
    "page",
    "next",
    "position",
    "moment",
    "top",
    "by",
    "study",
    "outcome",
    "reasons",
    "step",
    "on_day",
    "counts_from",
    "detail",
    "given",
    "family",
    "birth_date",
    "sex",
    "reach",
    "way",
    "method",
    "password",
    "passkey",
    "pin",
    "entry_id",
    "verdict",
    "criterion",
    "channel",
    "address",
    "country",
    "number",
    "person",
    "protocol",
    "starts_on",
    "ends_on",
    "title",
    "theme",
    "back",
    "at",
    "until",
    "post",
    "hours",
    "login_name",
    "code",
    "recovery_code",
    "credential",
    "purpose",
    "form",
    "safety",
    "contact",
    "role",
    "account",
]
# Who holds most, so that most views are reached.
WHO = ("physician", "coordinator", "administrator", "auditor")


def medicine(browser: Client, clinic: Enrollment, words: str) -> None:
    told = {"entry_id": str(uuid4()), "name": words, "is_current": "true", "source": "told"}
    answer = browser.post(f"/NORTH/people/{clinic.pk}/medications/", told)
    assert answer.status_code == 302, words


def test_hostile_words_are_shown_as_words(as_role, clinic):
    browser = as_role("coordinator")
    for words in HOSTILE:
        medicine(browser, clinic, words)
    places = Places.now()
    shown = 0
    for name in ("staff:screening", "staff:journal", "staff:ask", "staff:disclosures"):
        route = next(route for route in every_route() if route.name == name)
        address = reverse(name, kwargs=places.arguments(set(route.arguments)))
        page = browser.get(address, follow=True).content.decode()
        assert "<script>alert" not in page, name
        assert "<img src=x" not in page, name
        assert "<svg onload" not in page, name
        assert "1337" not in page, name  # 7 * 191, where a template had been run
        shown += "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert shown


def test_what_was_escaped_once_is_not_unescaped_again(as_role, clinic):
    browser = as_role("coordinator")
    medicine(browser, clinic, "%253Cb%253E&lt;i&gt;")
    page = browser.get(f"/NORTH/people/{clinic.pk}/").content.decode()
    assert "%253Cb%253E&amp;lt;i&amp;gt;" in page


@pytest.mark.parametrize("words", ["' OR 1=1 --", "%", "_", "*", "\\", '"', "Zeb%", "1) OR (1=1"])
def test_a_search_finds_whole_names_and_nothing_by_tricks(as_role, clinic, words):
    page = as_role("coordinator").post("/NORTH/worklist/", {"q": words}).content.decode()
    assert "data-row" not in page
    assert "Canarybird" not in page
    found = as_role("coordinator").post("/NORTH/worklist/", {"q": "Canarybird"}).content.decode()
    assert "data-row" in found


def test_odd_input_anywhere_is_never_an_error_of_ours(as_role, clinic):
    """Every address, as form and as query, with every odd value in every name that any form has."""
    places = Places.now()
    clients = [as_role(who) for who in WHO]
    for place, route in enumerate(every_route()):
        if route.name == "log-out":
            continue
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        client = clients[place % len(clients)]
        odd = ODD[place % len(ODD)]
        body = dict.fromkeys(NAMES, odd) | {"entry_id": str(uuid4())}
        assert client.post(address, body).status_code < 500, (route.name, odd[:20])
        answer = client.get(address, dict.fromkeys(NAMES[:30], ODD[-1 - place % len(ODD)][:500]))
        assert answer.status_code < 500, (route.name, odd[:20])
        assert "X-Planted" not in answer.headers


def test_an_odd_value_in_an_address_is_not_found(as_role, clinic):
    browser = as_role("physician")
    for odd in ("..", "%00", "%0d%0aX: 1", "9" * 400, "1 OR 1=1", "%ff", "é", "{}", str(uuid4())):
        for address in (f"/{odd}/worklist/", f"/NORTH/people/{odd}/", f"/NORTH/limits/{odd}/x/"):
            answer = browser.get(address)
            assert answer.status_code in (302, 404), address
            assert "X" not in answer.headers


@pytest.mark.parametrize(
    "words",
    [
        '#read("/etc/passwd")',
        '#eval("1+1")',
        "*bold* _emph_ $x$ @ref <label> = Heading",
        '"]; #panic()',
        '#import "/etc/passwd"',
        "\\u{41} // gone /* gone */",
    ],
)
def test_words_on_paper_are_words_and_no_program(words):
    """Paper is set in type from data; what stands in the data is never read as its language."""
    content = {
        "title": words,
        "language": "en",
        "site": words,
        "address": [words],
        "day": "1 January 2026",
        "greeting": words,
        "paragraphs": [words, words],
        "closing": words,
        "signed": words,
        "salt": "00",
    }
    paper = PdfReader(BytesIO(letter_pdf(content, datetime(2026, 1, 1, tzinfo=UTC))))
    text = "".join(page.extract_text() for page in paper.pages)
    assert "root:" not in text
    kept = "".join(text.split())
    assert "".join(words.split()).replace('"', "")[:12] in kept.replace('"', "").replace("”", "")


@pytest.mark.parametrize(
    "address", ["a@b.example\nBcc: all@evil.example", "a@b.example\r\n\r\nhello", "a\x00@b.example"]
)
def test_an_address_with_a_line_in_it_sends_no_mail(address, mailoutbox):
    letter = Letter(
        id=UUID(int=1),
        page=UUID(int=2),
        channel="email",
        address=address,
        reason="x",
        code="",
        where="https://here.example/",
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    try:
        Mail("duty@clinic.example").deliver(letter)
    except PageNotReceived:
        return
    sent: list[EmailMessage] = mailoutbox
    assert all("\n" not in to and "\r" not in to for mail in sent for to in mail.to)
    assert all(not mail.bcc for mail in sent)


def test_an_address_of_e_mail_with_a_line_in_it_is_refused_where_it_is_typed(as_role, clinic):
    told = {"entry_id": str(uuid4()), "channel": "email"}
    for bad in ("a@b.example\nBcc: x@y.example", "a b@c.example", "@", "a@b.example,c@d.e"):
        answer = as_role("physician").post("/NORTH/duty/contact/", told | {"address": bad})
        assert answer.status_code in (404, 422), bad


def test_no_answer_is_a_table_that_a_spreadsheet_would_run(as_role, clinic):
    places, browser = Places.now(), as_role("auditor")
    for route in every_route():
        address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        kind = browser.get(address).get("Content-Type", "")
        assert "csv" not in kind, route.name
        assert "excel" not in kind, route.name


def test_a_number_beyond_its_bounds_is_a_slip(as_role, clinic):
    address = "/NORTH/limits/mapp2/caps-5-total-at-least/"
    for value in ("9" * 60, "-1", "1e400", "NaN", "Infinity", "28.0000000000000000000001"):
        told = {"entry_id": str(uuid4()), "value": value, "password": PASSWORD}
        assert as_role("physician").post(address, told).status_code == 422, value
    assert not SignedLimit.objects.exists()


def test_no_step_can_be_left_out(as_role, clinic):
    """No verdict is confirmed that was not shown, and none twice; no code is asked without a password."""
    told = {"entry_id": str(uuid4()), "password": PASSWORD}
    address = f"/NORTH/people/{clinic.pk}/confirm/"
    for verdict in ("", str(uuid4()), "x"):
        answer = as_role("physician").post(address, told | {"verdict": verdict})
        assert answer.status_code in (404, 422)
    assert not Confirmation.objects.exists()
    nobody = Client(headers={"host": "localhost"})
    assert nobody.get("/log-in/second/")["Location"] == "/log-in/"
    assert nobody.post("/log-in/second/", {"code": "123456"})["Location"] == "/log-in/"


def test_who_may_not_see_a_field_does_not_get_it_in_the_bytes(as_role, clinic):
    blind = [who for who, held in roles().granted.items() if "referral.see" not in held]
    assert "monitor" in blind
    for who in blind:
        browser = as_role(who)
        for address in (f"/NORTH/people/{clinic.pk}/", "/NORTH/worklist/"):
            assert b"Canarybird" not in browser.get(address).content, (who, address)
        api = browser.get(f"/api/v1/sites/NORTH/enrollments/{clinic.pk}/verdict")
        assert b"Canarybird" not in api.content, who


def test_every_address_of_a_person_carries_ids_alone():
    """No parameter of an address is a name, a contact or a word."""
    allowed = {
        *("site", "enrollment_id", "verdict_id", "fact_id", "scan_id", "letter_id", "kind"),
        *("question", "approval_kind", "approval_id", "protocol", "code", "place", "rule"),
        *("store", "move", "section", "consent_act", "act", "ask", "item", "page", "form", "part"),
        "token",  # random, of a calendar's private address
    }
    taken = {argument for route in every_route() for argument in route.arguments}
    assert {name for name in taken - allowed if not _is_id(name)} == set()


def _is_id(name: str) -> bool:
    return name.endswith("_id") or name in {"factor", "session", "key", "concern", "opening", "row"}
