"""What the seals say of each stream: how far it had come, and the hash it stood at."""

from array import array
from dataclasses import dataclass, field
from typing import Any

BYTES_OF_A_HASH = 32


@dataclass
class _Heads:
    """The sealed heads of one stream, in 48 bytes each."""

    positions: "array[int]" = field(default_factory=lambda: array("q"))
    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    hashes: bytearray = field(default_factory=bytearray)


class SealedHeads:
    """Every head that a seal names."""

    def __init__(self) -> None:
        self._of: dict[str, _Heads] = {}
        self.keys: dict[str, tuple[str, int]] = {}  # key id: hash of its row, number of the seal
        self.counted_to: int | None = None  # only seals up to this number count; None: all

    def add(self, stream: str, position: int, head: str, number: int) -> None:
        """Seal ``number`` says that ``stream`` stood at ``position`` with ``head``."""
        heads = self._of.setdefault(stream, _Heads())
        heads.positions.append(position)
        heads.numbers.append(number)
        heads.hashes += bytes.fromhex(head)

    def of(self, stream: Any) -> dict[int, tuple[str, int]]:
        """Hash and number of the seal by position, for one stream; empty streams left out."""
        heads = self._of.get(stream)
        if heads is None:
            return {}
        return {
            position: (
                heads.hashes[n * BYTES_OF_A_HASH : (n + 1) * BYTES_OF_A_HASH].hex(),
                heads.numbers[n],
            )
            for n, position in enumerate(heads.positions)
        }

    def sealed_to(self, stream: Any) -> int:
        """The last position of a stream that a seal which counts has sealed; 0 for none."""
        limit = self.counted_to
        return max(
            (at for at, (_, n) in self.of(stream).items() if limit is None or n <= limit),
            default=0,
        )

    def streams(self) -> set[str]:
        """Every stream that a seal names."""
        return set(self._of)
