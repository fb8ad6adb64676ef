"""A verdict follows the date by itself: nobody has to open the page."""

from dataclasses import replace
from datetime import date, timedelta

import orjson

from holdfast.actions import judging
from holdfast.actions.judging import latest_verdict
from holdfast.records import heartbeats
from holdfast.records.journal import Heartbeat
from holdfast.records.models import Enrollment, VerdictShown
from holdfast.records.protocols import ProtocolChanged
from holdfast.records.verification_run import verify_here
from holdfast.watch.runner import take_turn
from tests.actions.clinic import IDENTITY, Clinic, enrolled, referral

BIRTHDAY = date(2008, 3, 4)  # 18 on the day after tomorrow


def _young(clinic: Clinic, number: str = "1") -> Enrollment:
    told = referral()
    person = replace(told.person, born_on=BIRTHDAY)
    identity = replace(IDENTITY, identifiers=(("urn:hospital", f"MRN-{number}"),))
    return enrolled(
        clinic,
        told=replace(told, person=person),
        identity=identity,
        bundle_sha256=number * 64,
    )


def _age(enrollment: Enrollment) -> str:
    outcomes = orjson.loads(latest_verdict(enrollment.id).outcomes)
    return next(outcome for code, outcome, *_ in outcomes if code == "age")


def test_a_birthday_changes_the_verdict_once(clinic):
    """Judged on the site's own date; the next turn of the same day changes nothing."""
    enrollment = _young(clinic)
    assert _age(enrollment) == "failed"
    now = clinic.now
    assert take_turn("dates", now)
    counted = VerdictShown.objects.count()
    assert take_turn("dates", now + timedelta(days=2))
    assert VerdictShown.objects.count() == counted + 1
    assert _age(enrollment) == "passed"
    assert latest_verdict(enrollment.id).because == "date"
    assert take_turn("dates", now + timedelta(days=2, minutes=15))
    assert VerdictShown.objects.count() == counted + 1
    assert verify_here().fits


def test_somebody_who_cannot_be_judged_is_loud_and_hides_nobody(clinic, monkeypatch):
    """A protocol file that was edited stops one person's judging; the others go on."""
    first, second = _young(clinic), _young(clinic, "2")
    known = judging.protocol_of

    def one_cannot(enrollment, position=None):
        if enrollment.id == first.id:
            raise ProtocolChanged("edited")
        return known(enrollment, position)

    monkeypatch.setattr(judging, "protocol_of", one_cannot)
    later = clinic.now + timedelta(days=2)
    assert not take_turn("dates", later)
    assert Heartbeat.objects.get(loop="dates").outcome == "failed"
    assert heartbeats.last_well("dates") is None
    assert (_age(first), _age(second)) == ("failed", "passed")
    monkeypatch.setattr(judging, "protocol_of", known)
    assert take_turn("dates", later + timedelta(minutes=15))
    assert _age(first) == "passed"
