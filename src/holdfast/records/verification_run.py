"""Verifying the database of the settings, with the site's key and exported seals where they are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connections

from holdfast.records import worklist
from holdfast.records.keys import KeyMissing, SiteKey, site_key
from holdfast.records.seals import seals_folder
from holdfast.records.verification import Wanted, verify
from holdfast.records.verification_report import Report
from holdfast.records.verification_snapshot import snapshot, sqlite_path


def key_if_there_is_one() -> SiteKey | None:
    """The site key; None where none is set. One that is set and cannot be read is an error."""
    if not (os.environ.get("HOLDFAST_KEY_FILE") or os.environ.get("HOLDFAST_KEY")):
        return None
    return site_key()


def verify_here() -> Report:
    """Verify the database of the settings, and compare the projections where all else fits.

    Raises
    ------
    DatabaseAbsent
        If there is none.
    KeyMissing
        If a site key is named and cannot be read.
    """
    settings = connections.settings["default"]
    folder = seals_folder()
    wanted = Wanted(seals=folder if folder and folder.is_dir() else None, key=key_if_there_is_one())
    with snapshot(settings) as moment:
        report = verify(moment, wanted)
    if folder is not None and wanted.seals is None:
        report.not_checked.append("the exported seals: HOLDFAST_SEALS names no folder.")
    if report.fits:
        _compare_projections(settings, report)
    return report


def _compare_projections(settings: dict[str, Any], report: Report) -> None:
    """A projection that differs is mended by ``holdfast rebuild``; it is no tampering."""
    try:
        with _reading_only(settings):
            differing = worklist.compare()
    except (DatabaseError, KeyMissing) as error:
        report.not_checked.append(f"the projections ({type(error).__name__}).")
        return
    if differing:
        report.notes.append(
            f"{len(differing)} moments of the worklist differ from the facts, the first that of "
            f"enrollment {differing[0]}. They decide nothing; holdfast rebuild makes them again."
        )


@contextmanager
def _reading_only(settings: dict[str, Any]) -> Iterator[None]:
    """Django's connection without the pragmas that would touch the file, until the end."""
    if (path := sqlite_path(settings)) is None or connections["default"].in_atomic_block:
        yield
        return
    connections["default"].close()
    kept = connections["default"].settings_dict
    readable = f"{path.resolve().as_uri()}?mode=ro"
    connections["default"].settings_dict = kept | {"NAME": readable, "OPTIONS": {"uri": True}}
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"].settings_dict = kept
