"""The numbers of the watch over custody: the house's own, each in one file."""

from functools import cache

from holdfast.definitions.loading import FOLDER, Document, Table, read_format
from holdfast.domain.diversion import WatchNumbers

FORMAT = 1
FILE = FOLDER / "custody_watch.toml"


@cache
def load() -> WatchNumbers:
    """The numbers; ``DefinitionRefused`` where one does not fit."""
    document = Document(FILE)
    root = document.root
    read_format(root, FORMAT)
    chance = root.decimal("chance")
    if chance is not None and not 0 < chance < 1:
        root.problem("chance", f"chance {chance} is no chance", "Write a number between 0 and 1")
    found = WatchNumbers(
        chance=float(chance or 0),
        fewest=root.integer("fewest"),
        day_begins=root.integer("day_begins"),
        day_ends=root.integer("day_ends"),
        vital_minutes=root.integer("vital_minutes"),
        days=root.integer("days"),
    )
    if not 0 <= found.day_begins < found.day_ends <= 24:
        root.problem("day_ends", "the day ends before it begins", "Write hours from 0 to 24")
    _reference(root)
    root.finish()
    document.finish()
    return found


def _reference(root: Table) -> None:
    table = root.table("reference", required=True)
    if table is not None:
        table.text("title")
        table.text("href")
        table.finish()
