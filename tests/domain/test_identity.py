"""A person's identity is not printed by accident: not in a log, an error or a test's output."""

from dataclasses import fields
from datetime import date

import pytest

from holdfast.domain.identity import PersonIdentity

ANNA = PersonIdentity(
    family="Beispiel",
    given="Anna",
    born_on=date(1980, 2, 3),
    identifiers=(("hospital", "H-4711"),),
    contact=("+41 44 000 00 00",),
)


@pytest.mark.parametrize("field", [field.name for field in fields(PersonIdentity)])
def test_no_part_of_an_identity_is_printed(field):
    assert field not in repr(ANNA)
    assert str(getattr(ANNA, field)) not in f"{ANNA} {ANNA!r}"


def test_an_identity_that_was_set_cannot_be_changed():
    with pytest.raises(AttributeError):
        ANNA.family = "Other"
