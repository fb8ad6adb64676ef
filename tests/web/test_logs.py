"""A log line holds only what is on the list: no message, parameter, local variable or form data."""

import json
import logging
import sys

import pytest

from holdfast.web.logs import AllowedFields

CANARY = "Wilhelmina Canary"


def line(record: logging.LogRecord) -> dict[str, object]:
    return json.loads(AllowedFields().format(record))


def record(name: str, message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": name, "msg": message, "args": args, "levelname": "INFO"})
    made.__dict__.update(extra)
    return made


def test_a_message_is_never_written():
    text = json.dumps(line(record("django.request", "Bad %s", CANARY)))
    assert CANARY not in text
    assert json.loads(text)["event"] == "django.request"


def test_our_own_event_is_written_only_if_it_is_on_the_list():
    assert line(record("holdfast.web", "request"))["event"] == "request"
    assert line(record("holdfast.web", CANARY))["event"] == "holdfast.web"


def test_a_field_that_is_not_on_the_list_is_dropped():
    made = line(record("holdfast.web", "request", route="staff:screening", name_of_person=CANARY))
    assert made["route"] == "staff:screening"
    assert CANARY not in json.dumps(made)


def test_a_field_of_another_type_is_dropped():
    assert "status" not in line(record("holdfast.web", "request", status={"words": CANARY}))


def test_an_exception_leaves_its_class_and_our_lines_and_nothing_it_says():
    from holdfast.web.paper import verdict_pdf

    try:
        verdict_pdf({CANARY: {CANARY}}, None)  # type: ignore[arg-type, dict-item]
    except (TypeError, AttributeError):
        info = sys.exc_info()
    made = line(record("django.request", "Internal error", exc_info=info))
    assert made["exception"] in ("TypeError", "AttributeError")
    assert any(str(where).startswith("web/paper/__init__.py:") for where in made["where"])
    assert CANARY not in json.dumps(made)


@pytest.mark.parametrize("name", ["", "py.warnings", "asyncio", "django.security.csrf"])
def test_other_loggers_say_only_that_they_spoke(name):
    assert line(record(name, CANARY)).keys() <= {"at", "level", "event"}
