"""Paper that nobody accounted for after its session is chased by the watch, once."""

from uuid import uuid4

from holdfast.actions.session_opening import close_session
from holdfast.actions.session_paper import make_pack, settle_pack
from holdfast.records.clinical_now import open_alarms
from holdfast.records.models import ClinicalAlarm, DutyPage, SessionPack
from holdfast.records.verification_run import verify_here
from holdfast.watch.clinical import page_overdue
from tests.actions.clinic import written
from tests.actions.sessions import anew, nothing_kept, sitting, sitting_template
from tests.actions.test_session_gates import open_gates

__all__ = ["nothing_kept", "open_gates", "sitting", "sitting_template"]


def printed(sitting) -> SessionPack:
    clinic, entry_id = sitting.clinic, uuid4()
    told = {"content_sha256": "ab" * 32, "entry_id": entry_id, "by": clinic.therapist}
    written(make_pack(session=anew(sitting.session), now=clinic.now, **told))
    return SessionPack.objects.select_related("session__enrollment__site").latest("position")


def closed(sitting) -> None:
    clinic = sitting.clinic
    written(sitting.write("exit", exit="transfer-to-hospital"))
    told = {"session": anew(sitting.session), "by": clinic.therapist, "entry_id": uuid4()}
    written(close_session(proof=clinic.proof(clinic.therapist), now=clinic.now, **told))


def test_a_pack_that_nobody_accounted_for_is_an_alarm_after_the_session_and_once(
    sitting, open_gates
):
    clinic = sitting.clinic
    kept, left = printed(sitting), printed(sitting)
    assert page_overdue(clinic.site, clinic.later(days=3)) == 0, "the session goes on"
    closed(sitting)
    told = {"entry_id": uuid4(), "by": clinic.therapist, "now": clinic.now}
    written(settle_pack(pack=kept, outcome="not-written-on", **told))
    assert page_overdue(clinic.site, clinic.later(hours=23)) == 0, "there is a night to sleep"
    assert page_overdue(clinic.site, clinic.later(hours=2)) == 1
    assert page_overdue(clinic.site, clinic.now) == 0
    alarm = ClinicalAlarm.objects.get(kind="pack-unaccounted")
    assert (alarm.about, alarm.page.reason) == (left.id, "pack-unaccounted")
    assert DutyPage.objects.filter(reason="pack-unaccounted").count() == 1
    written(
        settle_pack(pack=left, outcome="lost", **(told | {"entry_id": uuid4(), "now": clinic.now}))
    )
    assert [row.id for row in open_alarms(sitting.enrollment)] == [alarm.id], (
        "until somebody answers the page"
    )
    assert verify_here().fits
