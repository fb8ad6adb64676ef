"""Seals the heads of all streams every five minutes, and exports what was not exported yet."""

from datetime import datetime

from holdfast.actions.people import house
from holdfast.records import erasure_list
from holdfast.records.seals import export_missing, make_seal, seals_folder


def seal(now: datetime) -> int:
    """One turn: one seal; how many files were written that were missing."""
    make_seal(by=house(), now=now)
    folder = seals_folder()
    if folder is None:
        return 0
    return export_missing(folder) + erasure_list.export_missing(folder)
