"""The interaction table: every medicine the rules know, read from the files of this folder.

A class of agents stands in one file with its numbers and sources; an agent says only where it
differs from its class. The loader refuses what it does not know, what has no source, and two
agents that claim one name or one code, and hashes the bytes it read.
"""

from functools import cache
from pathlib import Path

from holdfast.definitions.interactions.reading import read_folder
from holdfast.domain.interactions import InteractionTable

FOLDER = Path(__file__).parent


@cache
def load() -> InteractionTable:
    """The released table, read once in a process."""
    return read_folder(FOLDER)
