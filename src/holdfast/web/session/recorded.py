"""The recording of a session in words: how much of it there is, its files, and where something is in them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from holdfast.domain.recording import coverage_percent
from holdfast.domain.recording_files import Place, RecordedFile, files, places_of, unnamed
from holdfast.domain.session_entries import SessionEntry
from holdfast.domain.session_log import Log
from holdfast.domain.session_plan import SessionPlan
from holdfast.web.session.kinds import choice_words


def covered(plan: SessionPlan, log: Log, now: datetime) -> dict[str, str | None]:
    """How much of the session is recorded, in per cent, by stream; None before there is a dose."""
    found = {stream: coverage_percent(plan, log, stream, now) for stream in plan.streams}
    return {stream: None if one is None else str(one) for stream, one in found.items()}


def coverage_line(plan: SessionPlan, log: Log, now: datetime) -> str:
    """The same in one line."""
    told = covered(plan, log, now)
    lines = [
        f"{choice_words(stream)} {_('not known') if one is None else f'{one} %'}"
        for stream, one in told.items()
    ]
    return ", ".join(lines) or _("not wanted by the protocol")


def file_rows(log: Log, names: Any) -> list[list[str]]:
    """Each file with its hash and who keeps it; those of which nobody told."""
    told = [_row(one, names) for one in files(log)]
    return [*told, *([file, "", _("nobody told its hash"), ""] for file in unnamed(log))]


def _row(one: RecordedFile, names: Any) -> list[str]:
    return [one.file, choice_words(one.stream), one.sha256, names.get(one.custodian, one.custodian)]


def place_words(plan: SessionPlan, log: Log, entry: SessionEntry) -> str:
    """Where an entry is in the recording: stream, file, hours, minutes and seconds of it."""
    return "; ".join(_place(one) for one in places_of(log, plan.streams, entry))


def _place(one: Place) -> str:
    return " ".join(
        part for part in (choice_words(one.stream), one.file, _clock(one.after)) if part
    )


def _clock(after: timedelta) -> str:
    seconds = int(after.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
