"""Wrong secrets of whoever is to stand beside somebody count for these two people, and lock no log-in."""

from django.utils import timezone

from holdfast.actions import tries
from holdfast.records.models import CustodyAct, User
from tests.web.test_pharmacy import desk, receive

__all__ = ["desk"]


def test_wrong_secrets_for_a_second_person_leave_their_log_in_alone_and_are_counted(desk):
    for _ in range(5):
        assert receive(desk, theirs="wrong").status_code == 422
    second, first = User.objects.get(login="therapist"), User.objects.get(login="pharmacist")
    assert not tries.is_locked("therapist", timezone.now())
    pair = f"beside/{first.id.hex}/{second.id.hex}"
    assert tries.is_locked("therapist", timezone.now(), apart=pair)
    assert receive(desk).status_code == 422, "for these two there were too many"
    other = str(User.objects.get(login="physician").id)
    assert receive(desk, second=other).status_code == 302
    assert CustodyAct.objects.count() == 1


def test_a_locked_log_in_keeps_nobody_from_standing_beside_somebody(desk):
    for _ in range(6):
        tries.claim("therapist", "192.0.2.9", timezone.now())
    assert tries.is_locked("therapist", timezone.now())
    assert receive(desk).status_code == 302
