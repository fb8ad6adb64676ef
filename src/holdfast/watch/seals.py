"""Seals the heads of all streams every five minutes, and exports what was not exported yet."""

from datetime import datetime

from holdfast.actions.people import house
from holdfast.records.seals import export_missing, make_seal, seals_folder


def seal(now: datetime) -> int:
    """One turn: one seal; how many files were written that were missing."""
    make_seal(by=house(), now=now)
    folder = seals_folder()
    return 0 if folder is None else export_missing(folder)
