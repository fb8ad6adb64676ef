"""Log lines from an allow-list: what is not named here is never written.

A message's text, its parameters, local variables, query strings and form data can hold a person's
name, so none of them is ever formatted. An exception leaves its class and our own file and line.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent

# Extra fields a caller may give, and the types they may have. Route names and ids are ours.
ALLOWED: dict[str, type | tuple[type, ...]] = {
    "route": str,
    "method": str,
    "status": int,
    "status_code": int,
    "duration_ms": int,
    "user_id": str,
    "request_id": str,
    "site": str,
    "loop": str,
    "error": str,  # the name of the kind of error, never its words
}
# Events that our own code may log, so that a value can never be logged in an event's place.
EVENTS = frozenset(
    {
        "request",
        "started",
        "stopped",
        "signed-in",
        "signed-out",
        "sign-in-refused",
        "sign-in-locked",
        "upload-refused",
        "undelivered",
        "delivered",
        "heartbeat",
        "heartbeat-not-written",
        "sealed",
        "seal-not-exported",
        "watch-failed",
        "not-judged",
        "not-followed",
        "verified",
    }
)


class AllowedFields(logging.Formatter):
    """One JSON object a line, with the allowed fields of a record and nothing else of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _event(record),
        }
        for name, kind in ALLOWED.items():
            value = getattr(record, name, None)
            if isinstance(value, kind) and not isinstance(value, bool):
                line[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = _our_lines(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True)


def _event(record: logging.LogRecord) -> str:
    """The event if it is one of ours; for any other logger, only which logger spoke."""
    if record.name.startswith("holdfast") and record.msg in EVENTS and not record.args:
        return str(record.msg)
    return record.name


def _our_lines(trace: Any) -> list[str]:
    """File and line of each frame inside the product, outermost first; no names, no values."""
    frames = traceback.extract_tb(trace)
    return [
        f"{Path(frame.filename).relative_to(PACKAGE)}:{frame.lineno}"
        for frame in frames
        if Path(frame.filename).is_relative_to(PACKAGE)
    ]
