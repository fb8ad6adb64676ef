"""Erasing again, in a restored record, what was erased after its backup was made."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

from holdfast.actions.erasure import destroy_keys
from holdfast.actions.people import house
from holdfast.actions.writing import lock
from holdfast.records.care import Enrollment
from holdfast.records.erasure_list import Erased
from holdfast.records.people import PersonKey


def erase_again(listed: Iterable[Erased], *, now: datetime) -> int:
    """Destroy every key of the list that lives in this record; how many persons it was about.

    Runs inside the transaction that restores, before anybody can read what came back. The
    journal says that it was done again, why at first, and by whose signatures.
    """
    done = 0
    by = None
    for erased in listed:
        keys = list(PersonKey.objects.filter(id__in=erased.keys).exclude(wrapped=None))
        if not keys:
            continue
        by = by or house()
        enrollment = Enrollment.objects.filter(person_id=erased.person).order_by("number").first()
        if enrollment is None:
            continue
        stream = lock(enrollment.id, now)
        values = {
            "keys": [key.id.hex for key in keys],
            "classes": sorted(key.word_class for key in keys),
            "reason": erased.reason,
            "rule": erased.rule,
            "signed_by": list(erased.signed_by),
            "request": erased.request.hex,
            "again": True,
        }
        sent = stream.sent("keys-destroyed", uuid5(erased.request, stream.head), values)
        stream.write(sent, [], by=by, values=values)
        destroy_keys(keys, by=by, now=stream.now)
        done += 1
    return done
