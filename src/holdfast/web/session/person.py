"""What the emergency card and the ambulance's sheet tell of the person: read from the record, in words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from holdfast.actions.judging import local_date, signed_limits
from holdfast.definitions import interactions
from holdfast.domain.limits import SignedLimit
from holdfast.domain.medications import assess
from holdfast.domain.of_the_person import NOTHING_KNOWN, OfThePerson, OwnMedicine, of_the_person
from holdfast.records.care import EligibilityAnswer, HistoryRecord, MedicationRecord
from holdfast.records.histories import EnrollmentPast, identity_of, last_position, referral_of
from holdfast.records.keys import Erased
from holdfast.records.protocols import protocol_of
from holdfast.records.session import DosingSession
from holdfast.web.session.following import Look
from holdfast.web.session.words import STANDINGS
from holdfast.web.staff.medicines import NEVER_ABRUPTLY

ASKED_AGAIN = timedelta(seconds=30)  # how soon a change of the medicines is on an open page
_KEPT_IN = (MedicationRecord, HistoryRecord, EligibilityAnswer)
DANGERS: Mapping[str, Any] = {
    "none": gettext_lazy("No danger beside MDMA is known."),
    "monitor": gettext_lazy("Beside MDMA: watch closely."),
    "unknown": gettext_lazy("Not in the interaction table: what it does beside MDMA is not known."),
    "caution": gettext_lazy("Beside MDMA: caution."),
    "washout": gettext_lazy("Beside MDMA: dangerous until it is washed out."),
    "contraindicated": gettext_lazy("Never together with MDMA."),
}
# What else the table says of it, as far as it matters to whoever treats an emergency.
FLAGS: Mapping[str, Any] = {
    "serotonergic": gettext_lazy("Serotonergic: nothing serotonergic more."),
    "pressor": gettext_lazy("Raises the blood pressure."),
    "pressure": gettext_lazy("Acts on the blood pressure."),
    "qt": gettext_lazy("Lengthens QT: no other medicine that does."),
    "arrhythmia": gettext_lazy("For or against an arrhythmia."),
    "seizure": gettext_lazy("Lowers the seizure threshold."),
    "sodium": gettext_lazy("Lowers the sodium."),
    "bleeding": gettext_lazy("Bleeding."),
    "orthostasis": gettext_lazy("Pressure falls on standing up."),
    "unopposed-alpha": gettext_lazy("Beta-blocker: no pressor beside it."),
    "raises-mdma": gettext_lazy("Raises MDMA in the blood."),
}
SLOWS = gettext_lazy("Slows CYP2D6: more MDMA, and for longer.")
AFTERWARDS: Mapping[str, Any] = {
    "prodrug-fails": gettext_lazy("After MDMA it may not work: give another."),
    "accumulates": gettext_lazy("After MDMA it accumulates: less of it."),
}


def known_of(look: Look, now: datetime) -> dict[str, Any]:
    """What a page keeps of the person, so that its card needs no server. Hold the look's ``busy``."""
    if look.person is None or look.person_asked_at is None or now >= look.person_asked_at:
        token = _token(look.session)
        if look.person is None or token != look.person_token:
            look.person = in_words(person_of_session(look.session, now))
            look.person_token = token
        look.person_asked_at = now + ASKED_AGAIN
    return look.person


def _token(session: DosingSession) -> tuple[int, ...]:
    """Changes with everything that is told of the person."""
    rows = [each.objects.filter(stream_id=session.enrollment_id) for each in _KEPT_IN]
    return tuple(each.aggregate(last=Max("position"))["last"] or 0 for each in rows)


def person_of_session(session: DosingSession, now: datetime) -> OfThePerson:
    """What the record knows of the person of a session, as of today."""
    enrollment = session.enrollment
    past = EnrollmentPast(enrollment, last_position(enrollment.id))
    try:
        referral = referral_of(past)
    except Erased:
        return NOTHING_KNOWN
    on = local_date(session.site, now)
    signed = {
        code: SignedLimit(code, row.value, row.unit, row.signed_by.login, row.signed_on)
        for code, row in signed_limits(session.site, protocol_of(enrollment)).items()
    }
    assessed = assess(referral.medications, interactions.load(), on, signed, referral.answers)
    who = identity_of(past)
    return of_the_person(referral, assessed, on).without([who.family or "", who.given or ""])


def in_words(person: OfThePerson) -> dict[str, Any]:
    """The same with sentences: each medicine with when it was taken and what to avoid beside it."""
    return {
        "is_known": person.is_known,
        "medicines": [[one.name, taken_words(one), avoid_words(one)] for one in person.medicines],
        "earlier": _("and {n} stopped earlier").replace("{n}", str(person.stopped_earlier))
        if person.stopped_earlier
        else "",
        "allergies": list(person.allergies),
        "conditions": list(person.conditions),
        "weight": weight_words(person),
    }


def taken_words(one: OwnMedicine) -> str:
    """Whether it is taken, and when it last was."""
    day = _day(one.last_taken_on) if one.last_taken_on else _("not known when")
    if one.is_current is None:
        return _("not known whether it is still taken; last taken {day}").replace("{day}", day)
    if one.is_current:
        return _("is taken; last taken {day}").replace("{day}", day)
    return _("stopped; last taken {day}").replace("{day}", day)


def avoid_words(one: OwnMedicine) -> str:
    """What the interaction table says of it, and how far that was verified."""
    said = [str(DANGERS.get(one.danger, DANGERS["unknown"]))]
    said += [str(FLAGS[flag]) for flag in one.flags if flag in FLAGS]
    if "inhibitor" in one.cyp2d6:
        said.append(str(SLOWS))
    if one.after_session is not None and one.after_session in AFTERWARDS:
        said.append(str(AFTERWARDS[one.after_session]))
    if one.stop_abruptly:
        said.append(str(NEVER_ABRUPTLY.get(one.stop_abruptly, _("Never stop abruptly."))))
    standing = STANDINGS.get(one.standing.value) if one.matched else None
    return " ".join(said) + (f" ({standing})" if standing else "")


def weight_words(person: OfThePerson) -> str:
    """The weight with the day on which it was taken; empty where nobody wrote one down."""
    if person.weight_kg is None:
        return ""
    day = f", {_day(person.weighed_on)}" if person.weighed_on else ""
    return f"{person.weight_kg} kg{day}"


def _day(on: date) -> str:
    return str(date_format(on, "j F Y"))
