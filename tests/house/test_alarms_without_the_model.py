"""No alarm, gate or limit depends on the expected course: what decides imports nothing of it."""

import ast
from pathlib import Path

from tests.house.source import PACKAGE, modules, plant

MODEL = "holdfast.analysis.exposure"
DECIDES = ("domain", "actions", "records", "watch", "unblinded", "interop")


def imported(tree: ast.Module) -> set[str]:
    """Every name a module imports, in full."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def leaning(folder: Path) -> list[str]:
    """The modules that decide, alarm or keep, and import the model or its numbers."""
    numbers = "holdfast.definitions.exposure"
    return [
        module.name
        for module in modules(folder)
        if module.name.split("/")[0] in DECIDES
        and any(
            f"{name}.".startswith((f"{MODEL}.", f"{numbers}.")) for name in imported(module.tree)
        )
    ]


def test_what_decides_imports_nothing_of_the_expected_course():
    assert leaning(PACKAGE) == []


def test_each_way_of_importing_it_is_found(tmp_path):
    plant(tmp_path, "domain/monitoring.py", "from holdfast.analysis import exposure\n")
    plant(tmp_path, "actions/alarms.py", "from holdfast.analysis.exposure.bands import envelope\n")
    plant(tmp_path, "watch/overdue.py", "def run():\n    import holdfast.analysis.exposure.bands\n")
    plant(tmp_path, "records/limits.py", "from holdfast.definitions import exposure\n")
    plant(tmp_path, "web/chart.py", "from holdfast.analysis.exposure.bands import envelope\n")
    assert leaning(tmp_path) == [
        "actions/alarms.py",
        "domain/monitoring.py",
        "records/limits.py",
        "watch/overdue.py",
    ]
