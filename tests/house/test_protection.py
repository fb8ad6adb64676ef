"""docs/protection.md says what the code does: each of its numbers is compared with the one that runs."""

import math
import re

import pytest
from django.conf import settings

from holdfast.actions import tries
from holdfast.actions.signatures import PROOF_LASTS
from holdfast.cli import serve
from holdfast.definitions.concerns import phrase_words
from holdfast.domain.scans import LARGEST_SCAN_BYTES
from holdfast.interop.fhir import document
from holdfast.records import concern_keys, looks
from holdfast.watch import posting
from holdfast.web import passwords
from holdfast.web.account import forms
from holdfast.web.permissions import ROUTES
from holdfast.web.staff import worklist
from tests.house.source import PACKAGE, ROOT

PAGE = " ".join((ROOT / "docs" / "protection.md").read_text("utf-8").split())


def test_the_times_of_a_session_are_the_ones_of_the_settings():
    assert f"**{settings.SESSION_IDLE_SECONDS // 60} minutes** without an act" in PAGE
    assert f"after **{settings.SESSION_COOKIE_AGE // 3600} hours** in any case" in PAGE


def test_the_numbers_of_guessing_are_the_ones_of_the_code():
    name, day, address = tries.PER_NAME, tries.PER_NAME_A_DAY, tries.PER_ADDRESS
    minutes = int(name.window.total_seconds() // 60)
    assert f"{name.tries} wrong tries for one name in {minutes} minutes" in PAGE
    assert f"{day.tries} in a day, and {address.tries} from one address" in PAGE
    written = (PACKAGE / "settings.py").read_text("utf-8")  # the tests themselves do not wait
    floor = re.search(r"^SIGN_IN_FLOOR_SECONDS = ([\d.]+)$", written, re.MULTILINE)
    assert floor is not None
    assert f"no sooner than {floor[1]} seconds" in PAGE
    assert int(PROOF_LASTS.total_seconds()) == 120


def test_what_is_said_of_passwords_is_what_is_asked():
    least = next(v for v in settings.AUTH_PASSWORD_VALIDATORS if "MinimumLength" in v["NAME"])
    assert f"at least {least['OPTIONS']['min_length']} characters of any kind" in PAGE
    longest = forms.password_field("x", "current-password").max_length
    assert f"up to {longest:,}, taken exactly as typed" in PAGE
    assert f"less than {passwords.LEAST_BITS:.0f} bits" in PAGE
    assert f"the {len(passwords._stolen()):,} published passwords" in PAGE
    told = re.search(r"these words of the place: ([a-z, ]+)\.", PAGE)
    assert told is not None
    assert set(told[1].split(", ")) == passwords.WORDS_OF_THIS_PLACE


def test_the_sizes_of_files_are_the_ones_of_the_code():
    assert settings.UPLOAD_LIMIT_BYTES == document.MOST_BYTES == 64 * 1024 * 1024
    assert f"64 MiB, {document.MOST_PARTS:,} parts" in PAGE
    assert LARGEST_SCAN_BYTES == 8 * 1024 * 1024
    assert "PNG | 8 MB" in PAGE
    fields, files = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_NUMBER_FILES
    assert f"{fields} fields and {files} files a form" in PAGE
    assert worklist.PER_PAGE == 50
    assert looks.MOST == 500


def test_the_bounds_of_the_server_are_the_ones_it_is_started_with():
    kibibytes = serve.MOST_HEADER_BYTES // 1024
    assert f"{kibibytes} KiB, {serve.MOST_STREAMS} at once" in PAGE
    assert f"{posting.MOST_ANSWER_BYTES // 1024} KiB of answer" in PAGE


def test_the_ways_in_are_the_ones_there_are():
    """A new address that anybody may open, or a device, must be told of here."""
    open_to_all = {name for name, needs in ROUTES.items() if getattr(needs, "name", "") == "ANYONE"}
    log_in = {"log-in", "log-in-second", "log-in-passkey", "passkey-options", "recover", "join"}
    concerns = {"concern-new", "concern-back", "concern-card", "concern-paper"}
    tell_nothing = {
        "look",
        "about",
        "pulse",
        "api-1:health",
        "api-1:openapi-json",
        "api-1:api-root",
    }
    by_a_token = {"me-calendar"}
    of_the_patients_pages = {"me-language", "learn"}  # the second only where the law permits it
    assert open_to_all == log_in | concerns | tell_nothing | by_a_token | of_the_patients_pages


def test_the_words_that_open_something_are_stretched():
    """RFC 7914: n and r make the memory that each guess needs."""
    assert 128 * concern_keys._COST * concern_keys._BLOCK >= 64 * 1024 * 1024
    bits = concern_keys.WORDS_IN_A_PHRASE * math.log2(len(phrase_words()))
    assert f"{bits:.0f} random bits, behind scrypt" in PAGE


@pytest.mark.parametrize(
    "part",
    [
        "## Sessions",
        "## Log-in",
        "## Input",
        "## Files",
        "## Who may what",
        "## Keys and ciphers",
        "## Who speaks to whom",
        "## Kinds of data",
        "## Logs",
        "## What costs much, and how it is bounded",
        "## Components",
        "**any number of sessions**",
        "**Guessing.**",
        "**Locking somebody out on purpose**",
        "**Limits of business:**",
        "no virus scanner",
        "alone on its own host name",
        "within **7 days**",
    ],
)
def test_every_part_that_an_item_asks_for_is_there(part):
    assert part in PAGE
