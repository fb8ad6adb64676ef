"""The page of the law of custody: what must be done, patterns for who is not in them, and the papers."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from holdfast.actions.custody_law import note_pattern
from holdfast.actions.people import house
from holdfast.domain.movements import Kind
from holdfast.records.custody_now import duties_of
from holdfast.records.models import (
    Container,
    CustodyNotice,
    CustodyPatternSettled,
    CustodyPlace,
    DrugStore,
    Site,
    User,
)
from holdfast.web.paper.custody import log_pdf, register_pdf, statement_pdf
from tests.actions.approvals import in_jurisdiction
from tests.actions.clinic import Clinic, written
from tests.actions.custody import Pharmacy
from tests.web.clinic import PASSWORD

LAW = "/NORTH/custody/law/"


@pytest.fixture
def pharmacy(as_role) -> Pharmacy:
    """The store of the clinic, under the law of the United States, with ten capsules received."""
    accounts = {user.login: user for user in User.objects.all()}
    clinic = Clinic(Site.objects.get(code="NORTH"), accounts["admin"], accounts, timezone.now())
    in_jurisdiction(clinic, "united-states")
    store = DrugStore.objects.select_related("site").get(code="main")
    places = {each.code: each for each in CustodyPlace.objects.filter(store=store)}
    made = Pharmacy(clinic, store, places)
    clinic.now = timezone.now() - timedelta(seconds=2)
    made.received("1-10")
    return made


def test_what_must_be_done_is_shown_and_closed_by_a_signed_notice(as_role, pharmacy):
    client = as_role("pharmacist")
    page = client.get(LAW).content.decode()
    assert "An inventory of all stock on the day" in page
    assert "Packages received" in page
    duty = next(
        one
        for one in duties_of(pharmacy.clinic.site, timezone.now())
        if one.rule.code.endswith("initial-inventory")
    )
    told = {f"form-{one.code}": "by hand" for one in duty.rule.fields}
    zone = ZoneInfo(pharmacy.clinic.site.zone)
    at = timezone.localtime(timezone=zone).strftime("%Y-%m-%dT%H:%M")
    given = {"entry_id": str(uuid4()), "duty": duty.key, "made_at": at, "how": "kept-on-file"}
    whole = {**given, **told, "password": PASSWORD}
    short = client.post(f"{LAW}notice/", {**given, "password": PASSWORD})
    assert short.status_code == 422
    assert as_role("therapist").post(f"{LAW}notice/", whole).status_code == 404
    unknown = client.post(f"{LAW}notice/", whole | {"duty": "nothing"})
    assert (unknown.status_code, "Nothing asks for this notice." in unknown.content.decode()) == (
        422,
        True,
    )
    assert not CustodyNotice.objects.exists()
    answer = client.post(f"{LAW}notice/", whole)
    assert answer.status_code == 302
    assert CustodyNotice.objects.get().made_by.login == "pharmacist"
    assert "Done" in client.get(LAW).content.decode()


def test_a_pattern_is_shown_to_nobody_who_is_in_it_and_settled_by_name(as_role, pharmacy):
    lead = User.objects.get(login="site-lead")
    told = {"site": pharmacy.clinic.site, "pattern": "moved-alone", "chance": None, "told": lead}
    told |= {"numbers": {"count": "6", "of": "36"}, "by": house(), "now": timezone.now()}
    written(note_pattern(people=(lead.id.hex,), sign_of="ab" * 32, **told))
    assert "Nothing stands out." in as_role("site-lead").get(LAW).content.decode()
    other = User.objects.get(login="pharmacist")
    row = written(note_pattern(people=(other.id.hex,), sign_of="cd" * 32, **told))
    client = as_role("site-lead")
    page = client.get(LAW).content.decode()
    assert "Movements made alone" in page
    assert "Patterns to look into" not in as_role("pharmacist").get(LAW).content.decode()
    pattern = str(row.fact_id("records_custodypattern"))
    given = {"entry_id": str(uuid4()), "pattern": pattern, "outcome": "explained", "words": "Ill."}
    assert client.post(f"{LAW}pattern/", given | {"words": ""}).status_code == 422
    assert client.post(f"{LAW}pattern/", given).status_code == 302
    assert CustodyPatternSettled.objects.get().settled_by == lead
    assert "There is an ordinary explanation" in client.get(LAW).content.decode()


def test_the_papers_are_made_for_who_may_see_them_the_same_bytes_each_time(as_role, pharmacy):
    now, store = timezone.now(), pharmacy.store
    bottle = Container.objects.exclude(lot="").latest("position")
    safe = pharmacy.place("safe")
    pharmacy.clinic.now = timezone.now() - timedelta(seconds=1)
    written(pharmacy.move(Kind.DESTROY, bottle.id, "1", from_place=safe, reason="damaged"))
    for made in (
        lambda: register_pdf(store, now),
        lambda: log_pdf(store.site, store.study, now),
        lambda: statement_pdf(store.site, now),
    ):
        first = made()
        assert first.startswith(b"%PDF")
        assert first == made()
    client = as_role("pharmacist")
    for name in ("register-main.pdf", "statement.pdf"):
        answer = client.get(f"{LAW}{name}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert client.get(f"{LAW}register-other.pdf").status_code == 404
    assert client.get(f"{LAW}log/mapp1.pdf").status_code == 404
    assert as_role("rater").get(f"{LAW}statement.pdf").status_code == 404
