"""Reading the house's own source, for tests that judge it. Every judge takes a folder, so that it can be tried on a planted offence."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "holdfast"


@dataclass(frozen=True)
class Module:
    """One parsed file. ``name`` is its path below the folder that was read."""

    name: str
    text: str
    tree: ast.Module


def modules(folder: Path) -> Iterator[Module]:
    """Every Python file below ``folder``, migrations apart: those are made, not written."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield Module(path.relative_to(folder).as_posix(), text, ast.parse(text))


def functions(module: Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function of a module with its dotted name."""

    def inside(node: ast.AST, prefix: str) -> Iterator:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}.{child.name}" if prefix else child.name
                if not isinstance(child, ast.ClassDef):
                    yield name, child
            yield from inside(child, name)

    yield from inside(module.tree, "")


NOT_OURS = frozenset(
    {".git", ".venv", "var", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
    | {".hypothesis", ".import_linter_cache", "node_modules", "dist"}
)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git knows and every one it would take; where there is no git, every file of ours."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        found = (path for path in ROOT.rglob("*") if path.is_file())
        return tuple(p for p in found if not NOT_OURS.intersection(p.relative_to(ROOT).parts))
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.split("\0") if name]
    return tuple(path for name in names if (path := ROOT / name).is_file())


def listed(path: Path) -> dict[str, str]:
    """A list of exceptions: ``what | why`` on each line. Raises ValueError where one lacks its reason."""
    rows = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        what, bar, why = (part.strip() for part in line.partition("|"))
        if not (what and bar and why):
            raise ValueError(f"{path.name}:{number}: expected what | why, got {line!r}.")
        rows[what] = why
    return rows


def plant(folder: Path, name: str, text: str) -> Path:
    """Write one offending file below ``folder`` and return the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder
