"""How a session can end, read from ``exits.toml``: which gate governs it, and its steps."""

from pathlib import Path

from holdfast.definitions.loading import (
    CODE,
    Document,
    Table,
    read_format,
    read_references,
    read_source,
    refuse_duplicates,
)
from holdfast.domain.session_gates import Exit, SessionAct
from holdfast.domain.session_plan import Tier

FORMAT = 1


def read_exits(path: Path) -> tuple[dict[str, Exit], str]:
    """Every exit by its code, and the hash of the file; ``DefinitionRefused`` with its problems."""
    document = Document(path)
    root = document.root
    read_format(root, FORMAT)
    references = read_references(root)
    tables = root.tables("exit", required=True)
    found = {}
    for table in tables:
        code, title = table.code("code"), table.text("title")
        act = table.one_of("gate", [act.value for act in SessionAct], required=False)
        tier = table.one_of("tier", [tier.value for tier in Tier], required=False)
        is_final, steps = table.flag("is_final"), _steps(table)
        reference, standing = read_source(table, references)
        table.finish()
        found[code] = Exit(
            code,
            title,
            SessionAct(act) if act in set(SessionAct) else None,
            Tier(tier) if tier in set(Tier) else None,
            is_final,
            steps,
            reference,
            standing,
        )
    refuse_duplicates(((t, str(t.value("code") or "")) for t in tables), "exit")
    root.finish()
    document.finish()
    return found, document.sha256


def _steps(table: Table) -> tuple[str, ...]:
    steps = table.texts("steps")
    for index, step in enumerate(steps):
        if not CODE.match(step):
            where = (*table.path, "steps", index)
            table.document.add(where, f"step {step!r} is no code", "Write lower-case-with-hyphens")
    return steps
