"""Reads what a protocol asks before anybody is randomized, where it randomizes."""

from collections.abc import Mapping

from holdfast.definitions.gates import load as load_gates
from holdfast.definitions.loading import Table, nearest, read_source
from holdfast.domain.findings import Reference
from holdfast.domain.gates import Act
from holdfast.domain.schedule import Randomization, Sourced


def read_randomization(
    root: Table, references: Mapping[str, Reference], arms: int
) -> Randomization | None:
    """The prerequisites that a file names, each a condition of the gate ``randomize``; None of none."""
    table = root.table("randomization")
    if table is None:
        return None
    known = [condition.code for condition in load_gates().gates[Act.RANDOMIZE].conditions]
    named = table.texts("prerequisites", required=True)
    for code in named:
        if code not in known:
            problem = f"nothing before randomization is called {code!r}"
            table.problem("prerequisites", problem, nearest(code, known))
    if arms < 2:
        table.problem(None, "a protocol without arms randomizes nobody", "Add its arms")
    source = Sourced(*read_source(table, references))
    table.finish()
    return Randomization(tuple(code for code in named if code in known), source)
