"""What stands in the place of words that were erased."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.utils.translation import gettext as _

from holdfast.definitions import retention
from holdfast.records.care import VerdictShown
from holdfast.records.forgotten import what_was_erased
from holdfast.records.people import Person, PersonKey
from holdfast.web.staff.known import day_words


def erased_words(person_id: UUID) -> str:
    """When the words were erased, and under which rule."""
    zone = ZoneInfo(Person.objects.select_related("site").get(id=person_id).site.zone)
    if told := what_was_erased(person_id):
        rule = retention.rules().get(told.rule)
        return _("Erased on %(day)s under %(rule)s") % {
            "day": day_words(told.erased_at.astimezone(zone).date()),
            "rule": rule.reference.title if rule else told.rule,
        }
    key = PersonKey.objects.filter(owner=person_id, wrapped=None).first()
    if key is None or key.destroyed_at is None:
        return _("Words erased")
    day = day_words(key.destroyed_at.astimezone(zone).date())
    return _("Erased again on %(day)s, after a restore") % {"day": day}


def document_without_words(verdict: VerdictShown) -> dict[str, Any]:
    """The document of a verdict whose words were erased: decision, codes and outcomes stay."""
    words = erased_words(verdict.enrollment.person_id)
    return {
        "protocol": {"title": f"{verdict.protocol_name} {verdict.protocol_version}"},
        "as_of": verdict.as_of.isoformat(),
        "verdict": verdict.decision,
        "findings": [
            {
                "code": code,
                "outcome": outcome,
                "reason": reason,
                "values": {},
                "reference": {"title": code, "href": ""},
                "standing": standing,
                "question": None,
                "sentence": words,
                "ask": None,
                "may_override": None,
                "set_aside": {"role": role, "reason_code": "", "override": ""} if role else None,
            }
            for code, outcome, reason, standing, role in orjson.loads(verdict.outcomes)
        ],
        "medications": [],
    }
