"""No permission is taken from silence, and a person's own words are printed nowhere."""

from holdfast.domain.calls import FirstContact


def test_what_nobody_permitted_is_not_permitted():
    silent = FirstContact(form="call", language="en", safety="safe")
    assert (silent.may_contact, silent.may_leave_message, silent.may_tell_referrer) == (
        False,
        False,
        False,
    )
    assert silent.ways == ()


def test_the_words_on_when_to_call_are_not_printed():
    said = FirstContact(
        form="call", language="en", safety="safe", when="after the shift at Zentral"
    )
    assert "Zentral" not in f"{said} {said!r}"
