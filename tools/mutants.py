"""Every small change of a rule: one comparison turned, one number moved, one part of a condition left out.

A change is known by the function it is in and by its words, without line numbers, so that what is said
of one in ``tests/house/equal_mutants.txt`` stays true when the file grows.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import TypeVar

_EDGE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}
_TEXTS = (ast.Raise, ast.Assert, ast.JoinedStr)  # what they say decides nothing
_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True)
class Mutant:
    """One change: where it is, in words, and the changed module as code.

    ``line`` is that of its statement; ``is_inside``: of a function, and so may be put into one.
    """

    module: str
    function: str
    words: str
    line: int
    is_inside: bool
    code: CodeType

    @property
    def name(self) -> str:
        """What it is known by."""
        return f"{self.module}.{self.function}: {self.words}"


@dataclass(frozen=True)
class _Place:
    """A node, and where it hangs."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    function: str
    line: int
    depth: int  # of functions around it

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants(source: str, module: str = "rule", path: str = "rule.py") -> Iterator[Mutant]:
    """Every small change of a module, in the order of its lines; of two that read alike the second says so."""
    tree, told = ast.parse(source, path), Counter[tuple[str, str]]()
    for place in list(_places(tree)):
        for new in _changes(place.node):
            ast.copy_location(new, place.node)
            ast.fix_missing_locations(new)
            words = f"{_words(place.node)} -> {_words(new)}"
            place.put(new)
            code = compile(tree, path, "exec")
            place.put(place.node)
            told[(place.function, words)] += 1
            times = told[(place.function, words)]
            words = words if times == 1 else f"{words} ({times})"
            yield Mutant(module, place.function, words, place.line, place.depth > 0, code)


def _words(node: ast.AST) -> str:
    """The node in one line; of a statement its condition alone, of a filter its conditions."""
    if isinstance(node, ast.comprehension):
        return " ".join(["for", *(f"if {ast.unparse(one)}" for one in node.ifs)])
    if isinstance(node, ast.If | ast.While):
        return f"if {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Every node but those of decorators, annotations and texts, which decide nothing."""
    yield from _below(tree, "", 0, 0)


def _below(node: ast.AST, function: str, line: int, depth: int) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if field in ("decorator_list", "annotation", "returns") or (
            field in ("bases", "keywords") and isinstance(node, ast.ClassDef)
        ):
            continue
        is_body = field == "body" and isinstance(node, ast.FunctionDef | ast.Lambda)
        inner = depth + 1 if is_body and isinstance(node, ast.FunctionDef) else depth
        for index, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(one, ast.AST) and not isinstance(one, _TEXTS) and not _is_doc(one):
                at = one.lineno if isinstance(one, ast.stmt) else line
                if is_body and not isinstance(one, ast.stmt):
                    at = line
                yield _Place(one, node, field, index, function, at, inner)
                name = getattr(one, "name", "") if _is_named(one) else ""
                inside = f"{function}.{name}".strip(".") if name else function
                yield from _below(one, inside, at, inner)


def _is_named(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def _is_doc(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand there instead."""
    if isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, ast.BoolOp):
        yield from _joined(node)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _SUMS:
        yield _with(node, op=_SUMS[type(node.op)]())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in _CALLS:
            yield _with(node, func=ast.Name(_CALLS[node.func.id], ast.Load()))
    elif isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            yield _with(node, ifs=[*node.ifs[:index], *node.ifs[index + 1 :]])
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.IfExp):
        yield _with(node, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.If | ast.While) and isinstance(
        node.test, ast.Name | ast.Attribute | ast.Call
    ):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    for index, op in enumerate(node.ops):
        for other in _EDGE[type(op)]:
            yield _with(node, ops=[*node.ops[:index], other(), *node.ops[index + 1 :]])


def _joined(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for index in range(len(node.values)):
        rest = [*node.values[:index], *node.values[index + 1 :]]
        yield rest[0] if len(rest) == 1 else _with(node, values=rest)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node.value, str):
        yield ast.Constant(f"other {node.value}".strip())


def _with(node: _Node, **fields: object) -> _Node:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new
