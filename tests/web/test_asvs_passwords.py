"""OWASP ASVS 5.0, chapter V6: what a new password must be, how it is typed, and how it is compared."""

import re
import unicodedata
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.template.loader import get_template
from django.utils.module_loading import import_string

from holdfast.records.models import User
from holdfast.web.account.forms import LogInForm, NewPasswordForm
from holdfast.web.passwords import LEAST_BITS, WORDS_OF_THIS_PLACE, bits_of
from tests.house.source import PACKAGE
from tests.quick import PRODUCT_HASHERS
from tests.web.clinic import PASSWORD
from tests.web.test_sign_in import client, log_in

SOMEBODY = User(login="zebediah.c")
GOOD = [
    "correct horse battery staple",
    "kestrel quiet river",
    "zugspitze blau 7",
    "xk3jf9am2lqp",
    "AAAAbbbb????1111zq",
    "пароль из многих слов",
    "🦉🌊🧭🪵🔭🧵🫖🪁🧊🎐🪶🧱",
    "          q7 w2 mm4 ",
    "829174650318",
    "k" + "ey-lantern-" * 30,
]
EASY = [
    "password1234",
    "Password1234!",
    "P@ssw0rd1234",
    "123456789012",
    "qwertyuiop12",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "letmein12345",
    "1q2w3e4r5t6y",
    "Holdfast2026!",
    "mdma-therapy-1",
    "clinic-clinic-1",
    "zebediah.c2026",
    "zebediah.czebediah.c",
    "iloveyouiloveyou",
    "dragonmonkey1234",
]


def refused(password: str) -> list[str]:
    try:
        validate_password(password, SOMEBODY)
    except ValidationError as error:
        return list(error.messages)
    return []


@pytest.mark.parametrize("password", GOOD)
def test_a_password_of_any_characters_is_taken(password):
    """No rule asks for a kind of character, and none forbids one."""
    assert refused(password) == []


@pytest.mark.parametrize("password", EASY)
def test_what_guessers_try_first_is_refused(password):
    assert any("easy to guess" in words or "too common" in words for words in refused(password))


def test_fewer_than_twelve_characters_are_refused_and_twelve_are_enough():
    assert refused("xk3jf9am2lq") != []
    assert refused("xk3jf9am2lqp") == []


def test_long_ones_are_taken_and_every_character_counts(clinic):
    """A hash that looked at the first 72 bytes alone would open for both."""
    long, other = "é lantern kestrel " * 50 + "a", "é lantern kestrel " * 50 + "b"
    assert len(long) > 900
    assert refused(long) == []
    User.objects.filter(login="physician").update(password=make_password(long))
    assert authenticate(username="physician", password=long) is not None
    assert authenticate(username="physician", password=other) is None


@pytest.mark.parametrize(
    "nearly",
    [
        PASSWORD.upper(),
        PASSWORD.title(),
        f" {PASSWORD}",
        f"{PASSWORD} ",
        PASSWORD[:-1],
        f"{PASSWORD}\n",
        PASSWORD.replace("-", "‐"),
    ],
)
def test_a_password_is_compared_exactly_as_it_was_typed(clinic, nearly):
    assert log_in(client(), password=nearly).status_code == 422


def test_spaces_and_forms_of_letters_belong_to_a_password(clinic):
    typed = unicodedata.normalize("NFD", " née lantern kestrel ")
    User.objects.filter(login="physician").update(password=make_password(typed))
    assert log_in(client(), password=typed).status_code == 302
    assert log_in(client(), password=typed.strip()).status_code == 422


def test_every_word_of_this_place_with_digits_is_refused():
    assert all(bits_of(f"{word}{word}2026!") < LEAST_BITS for word in WORDS_OF_THIS_PLACE)


@pytest.mark.parametrize("form", [LogInForm(), NewPasswordForm(user=None)])
def test_a_password_is_masked_and_may_be_pasted_and_filled_in(form):
    for name, field in form.fields.items():
        if "password" not in name and name != "again":
            continue
        shown = str(form[name])
        assert 'type="password"' in shown
        assert re.search(r'autocomplete="(current|new)-password"', shown)
        assert field.strip is False
        assert field.max_length >= 64


def test_nothing_in_the_browser_forbids_pasting():
    static = Path(PACKAGE) / "web" / "static" / "holdfast"
    scripts = "\n".join(path.read_text("utf-8") for path in static.glob("*.js"))
    assert not re.search(r"""["'](?:paste|copy|beforeinput)["']""", scripts)
    assert "onpaste" not in get_template("account/log_in.html").template.source


def test_passwords_are_hashed_slowly_enough():
    """OWASP's least for Argon2id: 19 MiB and two passes; ours are the framework's, which are more."""
    (named,) = PRODUCT_HASHERS
    hasher = import_string(named)()
    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2
    assert hasher.encode("x", hasher.salt()).startswith("argon2$argon2id$")


def test_no_account_is_there_before_somebody_makes_one(own_database):
    """The house itself has an account, that nobody can log in with."""
    assert set(User.objects.values_list("login", flat=True)) <= {"holdfast"}
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_there_are_no_hints_and_no_secret_questions():
    templates = (PACKAGE / "web" / "templates" / "account").rglob("*.html")
    words = " ".join(path.read_text("utf-8").lower() for path in templates)
    for unwanted in ("hint_question", "secret question", "mother's maiden", "first pet"):
        assert unwanted not in words


def test_no_password_grows_old():
    """None is asked to be changed because of its age."""
    settings = (PACKAGE / "settings.py").read_text("utf-8")
    assert "PASSWORD_EXPIR" not in settings.upper()
    fields = {field.name for field in User._meta.get_fields()}
    assert not {name for name in fields if "password" in name and name != "password"}
