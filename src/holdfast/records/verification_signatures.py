"""Electronic signatures: each against the text that was signed, the facts it names and its signer."""

from hashlib import sha256
from typing import Any

import orjson

from holdfast.records.care import Signature
from holdfast.records.facts import fact_models
from holdfast.records.verification_facts import FactTable
from holdfast.records.verification_heads import SealedHeads
from holdfast.records.verification_report import Problem, Report
from holdfast.records.verification_snapshot import Snapshot

_REPEATED = {
    "id": "signature",
    "signed_by_id": "signed_by",
    "signed_at": "signed_at",
    "role": "role",
    "meaning": "meaning",
}


class SignatureCheck:
    """Recomputes what each signature binds."""

    def __init__(self, snapshot: Snapshot, report: Report, sealed: SealedHeads) -> None:
        self.snapshot = snapshot
        self.sealed = sealed
        self.report = report
        self.tables = {m._meta.db_table: FactTable.of(m, snapshot) for m in fact_models()}
        self.columns = self.tables[Signature._meta.db_table].newest.columns

    def check(self) -> None:
        """Name every signature that does not hold."""
        table = self.tables[Signature._meta.db_table]
        for row in self.snapshot.rows(table.select):
            self.report.signatures += 1
            signature = dict(zip(self.columns, row, strict=True))
            if what := self._wrong_with(signature) or self._not_sealed(row[1], row[2]):
                self.report.add(Problem(table.newest.table, what, row[0], row[1], row[2]))

    def _wrong_with(self, signature: dict[str, Any]) -> str | None:
        statement = signature["statement"]
        try:
            if sha256(statement.encode()).hexdigest() != signature["statement_sha256"]:
                return "the text that was signed does not give the hash that was signed"
            told = orjson.loads(statement)
            facts = [(table, row, digest) for table, row, digest in told["facts"]]
        except (AttributeError, KeyError, TypeError, ValueError):
            return "the text that was signed was altered: it cannot be read"
        for column, name in _REPEATED.items():
            if signature[column] != told.get(name):
                return f"its {column} is not the one in the text that was signed"
        if signature["signed_by_id"] != signature["recorded_by_id"]:
            return "it was recorded by somebody else than the signer"
        for table, row, digest in facts:
            if table not in self.tables:
                return f"it signs a row of {table!a}, which is no table of facts"
            if self._digest_of(self.tables[table], row) != digest:
                return f"the row of {table} that was signed is gone or is not what was signed"
        return None

    def _not_sealed(self, stream: Any, position: Any) -> str | None:
        """Whoever signs ends with a seal; where none covers a signature, seals were removed."""
        if max(self.sealed.of(stream), default=0) >= position:
            return None
        return "no seal covers it, though each signature is sealed as it is made"

    def _digest_of(self, table: FactTable, row: str) -> str | None:
        asked = f'{table.select} WHERE "{table.newest.table}"."id" = %s'
        found = next(iter(self.snapshot.rows(asked, [row])), None)
        return None if found is None else table.digest(found)
