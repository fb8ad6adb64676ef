"""What an emergency may ever give: the list in ``roles.toml`` is refused where it gives too much."""

import pytest

from holdfast.definitions.roles import FILE, RolesWrong, read, roles

LIST = 'permissions = ["referral.see", "verdict.see", "scan.see", "answer.record", "clinical.see"]'


def with_list(*codes: str) -> bytes:
    text = FILE.read_text("utf-8")
    assert text.count(LIST) == 1
    given = ", ".join(f'"{code}"' for code in codes)
    return text.replace(LIST, f"permissions = [{given}]").encode()


def test_an_emergency_lets_a_clinician_read_and_write_down_what_was_learned():
    seen = {"referral.see", "verdict.see", "scan.see", "clinical.see"}
    assert roles().break_glass == {*seen, "answer.record"}


@pytest.mark.parametrize(
    "code",
    [
        code
        for code, each in roles().classes.items()
        if each.unblinds
        or each.touches & {"complaint", "rating"}
        or each.scope != "study"
        or code.startswith(
            ("erasure.", "record.", "limit.", "access.", "glass.", "letter.", "psychotherapy.")
        )
    ],
)
def test_nothing_that_unblinds_tells_of_a_complaint_erases_or_reaches_further_is_ever_given(code):
    with pytest.raises(RolesWrong, match=f"an emergency opening gives {code}"):
        read(with_list("verdict.see", code))


def test_a_permission_nobody_knows_is_refused():
    with pytest.raises(RolesWrong, match="not known"):
        read(with_list("verdict.se"))


def test_a_file_without_the_list_gives_nothing():
    text = FILE.read_text("utf-8")
    cut = text[: text.index("[break-glass]")]
    with pytest.raises(RolesWrong, match="unblinded roles may open"):
        read(cut.encode())


@pytest.mark.parametrize("role", ["pharmacist-unblinded", "statistician-unblinded", "safety-unit"])
def test_whoever_knows_who_gets_what_is_kept_out(role):
    text = FILE.read_text("utf-8")
    head, mark, tail = text.partition("never_for")
    assert f'"{role}"' in tail
    with pytest.raises(RolesWrong, match=f"unblinded roles may open in an emergency: {role}"):
        read((head + mark + tail.replace(f' "{role}",', "", 1)).encode())


@pytest.mark.parametrize("role", ["rater", "patient", "complaint-recipient", "statistician"])
def test_whoever_must_not_learn_what_a_record_tells_is_kept_out(role):
    assert role in roles().never_break_glass


def test_it_is_clinicians_who_may_and_somebody_else_who_reviews():
    may = {role for role, held in roles().granted.items() if "glass.break" in held}
    review = {role for role, held in roles().granted.items() if "glass.review" in held}
    assert may == {"therapist", "physician"}
    assert review == {"site-lead"}
    assert not may & roles().never_break_glass
