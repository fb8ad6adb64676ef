"""Who the person is: for the record to seal, and for nothing else.

A ``PersonIdentity`` never meets a rule, a log line or an error message: it prints as nothing.
"""

from datetime import date

from holdfast.domain.identity import PersonIdentity
from holdfast.interop.fhir.bundle import Bundle, read_bundle
from holdfast.interop.fhir.elements import Json, day_in, list_in, text_in, wrong_type
from holdfast.interop.fhir.refusal import ReferralRefused

MOST_PARTS = 100

_USES = ("official", "usual", "", "temp", "nickname", "maiden", "anonymous", "old")
"""Which of several names, or addresses, is taken: the first of these uses that is there."""


def read_identity(data: bytes) -> PersonIdentity:
    """The identity in a bundle.

    Raises
    ------
    ReferralRefused
        As ``read_referral`` does for the frame of the bundle, and for a Patient whose names,
        identifiers or addresses are not what FHIR R4 has there.
    """
    return identity_of(read_bundle(data))


def identity_of(bundle: Bundle) -> PersonIdentity:
    """The identity in a bundle already read."""
    patient = bundle.patient.resource
    try:
        family, given = _name(patient)
        born = day_in(patient, "birthDate", date.max)
        return PersonIdentity(
            family=family,
            given=given,
            born_on=born.day if born else None,
            identifiers=_identifiers(patient),
            contact=(*_contacts(patient), *_addresses(patient)),
        )
    except ReferralRefused as refusal:
        inner = refusal
    raise ReferralRefused(bundle.patient.path + inner.place, inner.problem, inner.mend)


def _name(patient: Json) -> tuple[str, str]:
    """Family and given names as used officially; a name written as one text stands as family."""
    found: dict[str, tuple[str, str]] = {}
    for part, at in _parts(patient, "name"):
        family = text_in(part, "family", at)
        given = " ".join(_texts(part, "given", at))
        text = text_in(part, "text", at)
        name = (family, given) if family or given else (text, "")
        found.setdefault(text_in(part, "use", at), name)
    return next((found[use] for use in _USES if use in found), ("", ""))


def _identifiers(patient: Json) -> tuple[tuple[str, str], ...]:
    found = (
        (text_in(part, "system", at), text_in(part, "value", at))
        for part, at in _parts(patient, "identifier")
    )
    return tuple(sorted({(system, value) for system, value in found if value}))


def _contacts(patient: Json) -> list[str]:
    found = []
    for part, at in _parts(patient, "telecom"):
        words = (text_in(part, "system", at), text_in(part, "use", at), text_in(part, "value", at))
        if words[-1]:
            found.append(" ".join(word for word in words if word))
    return found


def _addresses(patient: Json) -> list[str]:
    found = []
    for part, at in _parts(patient, "address"):
        words = (
            *_texts(part, "line", at),
            *(text_in(part, key, at) for key in ("city", "district", "state")),
            text_in(part, "postalCode", at),
            text_in(part, "country", at),
        )
        line = ", ".join(word for word in words if word)
        found.append(line or text_in(part, "text", at))
    return [line for line in found if line]


def _parts(patient: Json, key: str) -> list[tuple[Json, str]]:
    parts = list_in(patient, key)
    if len(parts) > MOST_PARTS:
        raise ReferralRefused(key, "There are too many.", "Keep those that are in use.")
    return [(part, f"{key}[{index}].") for index, part in enumerate(parts)]


def _texts(part: Json, key: str, at: str) -> tuple[str, ...]:
    values = part.get(key)
    if values is None:
        return ()
    if type(values) is not list or len(values) > MOST_PARTS:
        raise wrong_type(at + key, "a list of texts")
    # FHIR allows null in a list of texts, where only an extension stands.
    return tuple(text_in({key: value}, key, at) for value in values if value is not None)
