"""Every condition that can be raised has its sentence, its act in words, and what it is about."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import holdfast
from holdfast.definitions import monitoring
from holdfast.definitions.session import gates
from holdfast.domain.dose_meaning import TIERS
from holdfast.domain.vital_signs import MEASURES as MEASURED
from holdfast.web.session.words import CONDITIONS, DO, MEASURES

SOURCE = Path(holdfast.__file__).parent
# How a condition is made, and at which place its code stands.
MAKERS = {"condition": 1, "plain_alarm": 2, "Condition": 0}


def made_in_code() -> Iterator[tuple[str, str]]:
    """Each literal or named code that some module raises, with the module."""
    for path in sorted([*SOURCE.glob("domain/*.py"), *SOURCE.glob("actions/*.py")]):
        module = "holdfast." + ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        text = path.read_text("utf-8")
        if "domain.conditions import" not in text and "plain_alarm" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = MAKERS.get(node.func.id)
            if place is None or len(node.args) <= place:
                continue
            code = node.args[place]
            if isinstance(code, ast.Constant):
                yield str(code.value), module
            elif isinstance(code, ast.Name):
                found = getattr(importlib.import_module(module), code.id, None)
                if found is not None:  # else it is handed in: a rule's, counted with the rules
                    yield str(found), module


def codes() -> set[str]:
    rules = monitoring.load()
    of_rules = {one.code for one in (*rules.rules, *rules.symptoms)} | set(rules.signals)
    of_exits = {code for code, one in gates.load().exits.items() if one.tier is not None}
    # Conditions of gates are made under the same name and have sentences of their own.
    in_code = {code for code, module in made_in_code() if not module.endswith("_rules")}
    return of_rules | set(TIERS) | of_exits | in_code


def test_every_condition_that_can_be_raised_has_words():
    found = codes()
    assert {"night-check-missing", "event-may-be-serious", "silence", "death"} <= found
    assert sorted(found - set(CONDITIONS)) == []


def test_what_to_do_and_what_it_is_about_have_words():
    rules = monitoring.load()
    acts = {one.do for one in (*rules.rules, *rules.symptoms, *rules.signals.values())}
    assert sorted(acts - set(DO)) == []
    assert sorted(set(MEASURED) - set(MEASURES)) == []
    assert {"night", "dose", "exit"} <= set(MEASURES)
