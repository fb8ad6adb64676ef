"""The six-monthly report: counted from the record, kept as it was told, and of nobody by name."""

import csv
import json
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from holdfast.actions.candidates import Told, record_candidate
from holdfast.actions.clinical import Entry
from holdfast.actions.outcomes import Refusal
from holdfast.actions.people import house
from holdfast.actions.periodic_reports import make_tga_report
from holdfast.actions.writing import lock
from holdfast.cli import main
from holdfast.records.course import VisitHeld
from holdfast.records.periodic import PeriodicReport
from holdfast.web.paper.reports import report_bytes
from tests.actions.clinic import Clinic, enrolled, written

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)


def held(clinic: Clinic, enrollment, on: date, **given) -> None:
    """A dosing session that was, written with the pen: its gates are not tested here."""
    with transaction.atomic():
        stream = lock(enrollment.id, clinic.now)
        began = datetime.combine(on, datetime.min.time(), tzinfo=clinic.now.tzinfo)
        told = {"kind": "dosing", "place": "site", "visit": "dosing-1"}
        fact = VisitHeld(enrollment=enrollment, on=on, began_at=began, **(told | given))
        stream.write(stream.sent("visit-held", uuid4(), {}), [fact], by=clinic.therapist)


def made(clinic: Clinic, **given):
    told = {"first_day": FIRST, "last_day": LAST, "entry_id": uuid4(), "by": clinic.physician}
    return make_tga_report(site=clinic.site, **(told | {"now": clinic.now} | given))


def course(clinic: Clinic):
    enrollment = enrolled(clinic, protocol="tga-authorised-prescriber")
    clinic.later(days=150)
    for on in (date(2026, 3, 9), date(2026, 4, 6), date(2026, 7, 1)):
        held(clinic, enrollment, on)
    held(clinic, enrollment, date(2026, 5, 4), is_withdrawn=True)
    entry = Entry(
        enrollment=enrollment,
        entry_id=uuid4(),
        by=clinic.therapist,
        now=clinic.now - timedelta(days=100),
    )
    written(record_candidate(entry=entry, told=Told("fainted", "visit", is_serious=True)))
    return enrollment


def test_a_report_counts_what_was_held_and_names_nobody(one_clinic):
    course(one_clinic)
    told = {"enrollment": enrolled_elsewhere(one_clinic), "on": date(2026, 3, 1)}
    held(one_clinic, **told)
    written(made(one_clinic))
    report = PeriodicReport.objects.select_related("site").get()
    content = json.loads(report_bytes(report, "json"))
    assert content["counts"]["new-patients"] == 1
    assert content["counts"]["total-patients"] == 1
    assert content["counts"]["dosing-sessions"] == 2
    assert content["due_on"] == "2026-07-31"
    rows = list(csv.DictReader(report_bytes(report, "csv").decode().splitlines()))
    assert {row["line"]: int(row["count"]) for row in rows} == content["counts"]
    assert report_bytes(report, "pdf").startswith(b"%PDF-1.7")
    for form in ("json", "csv"):
        assert b"anarybird" not in report_bytes(report, form)
        assert b"NORTH-0" not in report_bytes(report, form)


def enrolled_elsewhere(clinic: Clinic):
    """Somebody in another protocol of the same site: no patient of this authorisation."""
    return enrolled(clinic, bundle_sha256="cd" * 32)


def test_a_report_is_made_by_who_may_and_of_what_is_over(one_clinic):
    assert isinstance(made(one_clinic, by=one_clinic.therapist), Refusal)
    assert made(one_clinic) == Refusal("period-not-over")
    one_clinic.later(days=150)
    turned = made(one_clinic, first_day=LAST, last_day=FIRST)
    assert turned == Refusal("ends-before-it-begins")
    entry = uuid4()
    first = written(made(one_clinic, by=house(), entry_id=entry))
    assert written(made(one_clinic, by=house(), entry_id=entry)) == first


def test_the_command_prints_it_or_says_why_not(one_clinic, capsys, tmp_path):
    words = ["report", "tga", "--site", "NORTH", "--from", "2025-07-01", "--to", "2025-12-31"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["total-patients"] == 0
    out = tmp_path / "report.pdf"
    assert main([*words, "--format", "pdf"]) == 2
    assert main([*words, "--format", "pdf", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert main([*words, "--out", str(out)]) == 1
    assert main([*words[:3], "EAST", *words[4:]]) == 1
    assert main([*words[:-1], "2099-12-31"]) == 2
