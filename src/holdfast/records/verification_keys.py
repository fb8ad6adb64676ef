"""The data keys and the accounts: what the journal, the seals and the sealed words say of them."""

import base64
import binascii
from typing import Any
from uuid import UUID

from holdfast.records.canonical import row_sha256
from holdfast.records.keys import KeyMissing, SiteKey
from holdfast.records.people import PersonKey, login_digest
from holdfast.records.private_keys import is_well_formed
from holdfast.records.seals import select_key_rows
from holdfast.records.verification_facts import FactsRead
from holdfast.records.verification_heads import SealedHeads
from holdfast.records.verification_journal import Walked, hexadecimal
from holdfast.records.verification_report import Problem, Report, dashed
from holdfast.records.verification_snapshot import Snapshot

KEYS = "records_personkey"
ACCOUNTS = "records_user"


class KeyCheck:
    """Compares the rows of the keys with everything that speaks of them."""

    def __init__(self, report: Report, walked: Walked, key: SiteKey | None) -> None:
        self.report = report
        self.walked = walked
        self.key = key
        self.rows: dict[str, tuple[Any, ...]] = {}
        self.logins: dict[str, str] = {}

    def check(self, snapshot: Snapshot, sealed: SealedHeads, read: FactsRead | None) -> None:
        """Name every key that is gone, came from nowhere, or is not what was sealed."""
        asked = f"SELECT {hexadecimal(snapshot, 'id')}, login FROM {ACCOUNTS}"  # noqa: S608
        self.logins = {str(account): str(login) for account, login in snapshot.rows(asked)}
        for row in sorted(snapshot.rows(select_key_rows(snapshot.vendor)), key=str):
            self.rows[row[0]] = row
            self._check_row(row)
        self.report.keys = len(self.rows)
        for key, (stream, position) in self.walked.keys_made.items():
            if key not in self.rows:
                self._say(
                    key, "the journal says that it was made, but its row is gone", stream, position
                )
        for key, (digest, number) in sealed.keys.items():
            self._compare_with_seal(key, digest, number)
        if read is not None:
            self._words_without_key(read)

    def _check_row(self, row: tuple[Any, ...]) -> None:
        key, _, word_class, wrapped, wrapped_with, _, _, destroyed_at, _ = row
        if key not in self.walked.keys_made:
            self._say(key, "no journal row says that it was made")
        is_destroyed = key in self.walked.keys_destroyed
        if wrapped is None and is_destroyed:
            self.report.erased.append(
                f"words of the class {word_class!a}, under key {dashed(key)}, on {destroyed_at}"
                f"{self._why(key)}"
            )
        elif wrapped is None:
            self._say(key, "it was destroyed, but no journal row says so")
        elif is_destroyed:
            stream, position = self.walked.keys_destroyed[key]
            self._say(key, "it was destroyed, but its bytes are back", stream, position)
        elif word_class == PersonKey.PRIVATE:
            if not is_well_formed(wrapped):  # more cannot be said without the person's phrase
                self._say(key, "it is no private key any more: it was altered")
        elif self.key is not None:
            self._open(key, wrapped, wrapped_with)

    def _why(self, key: str) -> str:
        """Reason, rule and who signed, as the journal says them; a log-in name is no person's."""
        said = self.walked.why_destroyed.get(key, {})
        signers = " and ".join(
            ascii(self.logins.get(str(account), str(account)))[1:-1]
            for account in said.get("signed_by", ())
        )
        parts = (
            f"reason {said['reason']!a}" if "reason" in said else "",
            f"under {said['rule']!a}" if "rule" in said else "",
            f"signed by {signers}" if signers else "",
            "done again after a restore" if said.get("again") else "",
        )
        return "".join(f", {part}" for part in parts if part)

    def _open(self, key: str, wrapped: Any, wrapped_with: Any) -> None:
        assert self.key is not None
        if wrapped_with != self.key.fingerprint:
            self._say(key, f"it is wrapped with the site key {wrapped_with!a}, not with this")
            return
        try:
            if base64.b64encode(base64.b64decode(wrapped, validate=True)).decode() != wrapped:
                raise KeyMissing
            self.key.unwrap(UUID(hex=key), wrapped)
        except (KeyMissing, ValueError, TypeError):
            self._say(key, "the site key does not open it: it was altered or swapped")

    def _compare_with_seal(self, key: str, digest: str, number: int) -> None:
        row = self.rows.get(key)
        if row is None:
            if key not in self.walked.keys_made:
                self._say(key, f"seal {number} sealed it, but its row is gone")
            return
        try:
            found = row_sha256(list(row))
        except TypeError:
            found = ""
        if found != digest:
            self._say(
                key,
                f"its row is not the one that seal {number} sealed: it was altered, "
                "swapped or put back",
            )

    def _words_without_key(self, read: FactsRead) -> None:
        """Every sealed value names a key that is there, destroyed or not."""
        for prefix in sorted(read.keys_used):
            try:
                key = base64.b64decode(prefix[:23] + "A")[1:17].hex()
            except (binascii.Error, ValueError):
                self._say("?", "a sealed value names no key: it was altered")
                continue
            if key not in self.rows:
                self._say(key, "words are sealed under it, but its row is gone")

    def _say(self, key: str, what: str, stream: Any = None, position: Any = None) -> None:
        if not any(p.table == KEYS and p.row == key for p in self.report.problems):
            self.report.add(Problem(KEYS, what, key, stream, position))


def check_accounts(snapshot: Snapshot, report: Report, walked: Walked) -> None:
    """Whoever did something has an account, and every account was opened by an entry."""
    there = _identifiers(snapshot, ACCOUNTS, "id")
    opened = _identifiers(snapshot, "records_staffrecord", "user_id")
    for account in sorted((opened | walked.doers) - there):
        what = "the journal names this account, but its row is gone"
        report.add(Problem(ACCOUNTS, what, account))
    asked = f"SELECT {hexadecimal(snapshot, 'id')}, login FROM {ACCOUNTS}"  # noqa: S608
    for account, login in sorted(snapshot.rows(asked), key=str):
        digest, stream, position = walked.logins.get(account, ("", None, None))
        if digest and digest != login_digest(UUID(hex=account), str(login)):
            what = "its log-in name is not the one that it was opened with"
            report.add(Problem(ACCOUNTS, what, account, stream, position))
    for account in sorted(there - opened - walked.doers, key=str):
        what = "no journal row says that this account was opened"
        report.add(Problem(ACCOUNTS, what, account))


def _identifiers(snapshot: Snapshot, table: str, column: str) -> set[str]:
    asked = f"SELECT {hexadecimal(snapshot, column)} FROM {table}"  # noqa: S608 - our own names
    return {row[0] for row in snapshot.rows(asked)}
