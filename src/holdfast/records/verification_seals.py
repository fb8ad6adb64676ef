"""The seals: each against its own bytes, the one before it, its signature and its exported file."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from holdfast.records.journal import BEFORE_THE_FIRST
from holdfast.records.seals import SCHEMA, signed_bytes
from holdfast.records.verification_heads import SealedHeads
from holdfast.records.verification_journal import hexadecimal
from holdfast.records.verification_report import Problem, Report
from holdfast.records.verification_snapshot import Snapshot

SEAL = "records_seal"
EXPORTED = "exported seals"
_REPEATED = ("number", "sealed_at", "sealed_by", "public_key")


@dataclass(frozen=True)
class SealText:
    """A seal as it stands in the database or in a file."""

    number: Any
    body: Any
    sha256: Any
    public_key: Any
    signature: Any
    sealed_at: Any = None  # None: read from a file, where only the body says it
    sealed_by: Any = None

    @property
    def said(self) -> dict[str, Any]:
        """What the body says; empty where it cannot be read."""
        if not isinstance(self.body, str):
            return {}
        try:
            told = orjson.loads(self.body)
        except (orjson.JSONDecodeError, TypeError):
            return {}
        return told if isinstance(told, dict) else {}


def seal_rows(snapshot: Snapshot) -> Iterator[SealText]:
    """The seals of the database, by number."""
    by = hexadecimal(snapshot, "sealed_by_id")
    for row in snapshot.rows(
        f"SELECT number, body, sha256, public_key, signature, sealed_at, {by} "  # noqa: S608
        f"FROM {SEAL} ORDER BY number"
    ):
        yield SealText(*row)


def exported_seals(folder: Path, report: Report) -> dict[int, SealText]:
    """The seals of a folder, by number; a file that is none of ours is named."""
    found: dict[int, SealText] = {}
    for path in sorted(folder.glob("seal-*.json")):
        try:
            told = orjson.loads(path.read_bytes())
            seal = SealText(
                told["number"], told["body"], told["sha256"], told["public_key"], told["signature"]
            )
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            report.add(Problem(EXPORTED, "this file cannot be read as a seal", path.name))
            continue
        found[seal.number] = seal
    return found


class SealChain:
    """Walks the seals in order and collects the heads they name."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.heads = SealedHeads()
        self.previous = BEFORE_THE_FIRST
        self.public_key: str | None = None
        self.expected = 1
        self.last: SealText | None = None

    def walk(self, rows: Iterator[SealText], exported: dict[int, SealText] | None) -> None:
        """Check every seal; those that only a file holds stand in for rows that are gone."""
        left = dict(exported or {})
        for seal in rows:
            self.report.seals += 1
            twin = left.pop(seal.number, None)
            if twin is not None and not _same(seal, twin):
                self._say(seal, "it is not the seal that was exported under this number")
            self._keep(seal, holds=self._check(seal))
        for number in sorted(left):
            self._say(
                left[number],
                "it was exported, but it is gone from the database: seals were removed, or the "
                "database was replaced by an older one",
            )
            self._keep(left[number], holds=_signed(left[number]))

    def _check(self, seal: SealText) -> bool:
        """Name what is wrong with a seal; True if its signature holds, so that its word counts."""
        said = seal.said
        if seal.number != self.expected:
            self._say(seal, f"the seals from {self.expected} to the one before it are gone")
        if not said or said.get("schema") != SCHEMA:
            self._say(seal, "its body was altered: it cannot be read")
            return False
        if sha256(seal.body.encode("utf-8", "surrogateescape")).hexdigest() != seal.sha256:
            self._say(seal, "its body or its hash was altered: one does not give the other")
        for name in _REPEATED:
            if getattr(seal, name) != said.get(name):
                self._say(seal, f"its {name} is not the one that its body says")
        if said.get("previous") != self.previous:
            self._say(seal, "it is not chained to the seal before it")
        if self.public_key is not None and said.get("public_key") != self.public_key:
            self._say(seal, "it was signed with a key that no earlier seal announced")
        if not (holds := _signed(seal)):
            self._say(seal, "its signature does not hold")
        return holds

    def _keep(self, seal: SealText, *, holds: bool) -> None:
        """Go on to the next seal; take this one's word for the heads where its signature holds."""
        said = seal.said
        self.last = seal
        self.expected = seal.number + 1 if isinstance(seal.number, int) else self.expected + 1
        self.previous = seal.sha256
        if not holds:
            return
        self.public_key = said.get("next_public_key") or said.get("public_key")
        try:
            for stream, position, head in said.get("heads", ()):
                if position:
                    self.heads.add(stream, position, head, seal.number)
            for key, row in said.get("keys", ()):
                self.heads.keys[key] = (row, seal.number)
        except (TypeError, ValueError):
            self._say(seal, "its list of heads was altered: it cannot be read")

    def _say(self, seal: SealText, what: str) -> None:
        self.report.add(Problem(SEAL, what, str(seal.number)))


def _same(one: SealText, other: SealText) -> bool:
    return (one.body, one.sha256, one.public_key, one.signature) == (
        other.body,
        other.sha256,
        other.public_key,
        other.signature,
    )


def _signed(seal: SealText) -> bool:
    """True if the signature is that of the body under the seal's own key, digit by digit."""
    try:
        key, signature = bytes.fromhex(seal.public_key), bytes.fromhex(seal.signature)
        if (key.hex(), signature.hex()) != (seal.public_key, seal.signature):
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed_bytes(seal.body))
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def check_seals(
    snapshot: Snapshot, report: Report, folder: Path | None, public_key: str | None
) -> SealedHeads:
    """Walk the seals, compare them with their files and with the site's public key."""
    exported = None if folder is None else exported_seals(folder, report)
    chain = SealChain(report)
    chain.walk(seal_rows(snapshot), exported)
    heads, last = chain.heads, chain.last
    if exported is not None:
        report.exported_seals = len(exported)
        heads.counted_to = max(exported, default=0)
        last = exported.get(heads.counted_to)
    if last is not None:
        report.last_seal = last.number
        report.unsealed_since = str(last.said.get("sealed_at"))
    _compare_key(chain, report, public_key)
    if exported is None:
        report.not_checked.append(
            "whether seals were cut off the end, or the whole database was replaced by an older "
            "one: no folder of exported seals was given (--seals, HOLDFAST_SEALS)."
        )
    return heads


def _compare_key(chain: SealChain, report: Report, public_key: str | None) -> None:
    if chain.last is None:
        return
    if public_key is None:
        report.not_checked.append(
            "whether the seals were signed with this site's key, and whether the data keys open: "
            "no site key was given (--key-file, HOLDFAST_KEY_FILE)."
        )
    elif chain.public_key != public_key:
        what = "the seals were not signed with this site's key"
        report.add(Problem(SEAL, what, str(chain.last.number)))
