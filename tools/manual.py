"""Makes the clinical manual, docs/manual, from the released definitions and the pages of tests/spec.

Run it with ``make manual``. ``pages`` is a function of the repository's files alone, so that a test
can hold the committed manual against it.
"""

import ast
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANUAL = ROOT / "docs" / "manual"

Table = Mapping[str, Any]

MADE = "<!-- Made by `make manual` from the definitions and the tests. Change those, not this. -->"
RUNS_LIVE = {"verified", "derived"}
STANDINGS = (
    ("verified", "read in the cited source", "decides"),
    ("derived", "arithmetic on verified numbers", "decides"),
    ("signed", "a named physician signed it for this site", "decides, at that site"),
    ("secondary", "seen in a source that cites the primary one", "a number waits for a signature"),
    (
        "from-memory",
        "must be checked against the primary document",
        "a number waits for a signature",
    ),
    ("not-found", "looked for; no public number exists", "has no value until signed"),
)


def pages(root: Path = ROOT) -> dict[str, str]:
    """Every page of the manual by its path below docs/manual."""
    definitions = root / "src" / "holdfast" / "definitions"
    made = {
        f"protocols/{path.parent.name}-{path.stem}.md": protocol_page(path)
        for path in sorted(definitions.glob("protocols/*/*.toml"))
    }
    made["medicines.md"] = medicines_page(sorted(definitions.glob("interactions/*.toml")))
    made["questions.md"] = questions_page(definitions / "questions" / "eligibility.toml")
    for path in sorted((root / "tests" / "spec").glob("test_*.py")):
        made[f"people/{path.stem.removeprefix('test_').replace('_', '-')}.md"] = spec_page(path)
    made["README.md"] = front_page(made)
    return {name: f"{MADE}\n\n{_placed(name, text).rstrip()}\n" for name, text in made.items()}


def _placed(name: str, text: str) -> str:
    """Links to our own documents, as seen from this page."""
    return text.replace("](docs/", f"]({'../' * (name.count('/') + 1)}")


def write(folder: Path = MANUAL, root: Path = ROOT) -> None:
    """Write every page and remove those that are no longer made."""
    made = pages(root)
    for path in sorted(folder.rglob("*.md")):
        if path.relative_to(folder).as_posix() not in made:
            path.unlink()
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class Sources:
    """The sources of one page, numbered in the order in which they are first cited."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def cite(self, code: str, declared: Table) -> str:
        """The number of a source, in brackets."""
        source = declared.get(code, {})
        key = (source.get("title", code), source.get("href", ""))
        return f"[{self._numbers.setdefault(key, len(self._numbers) + 1)}]"

    def cite_rule(self, value: Table, declared: Table) -> str:
        """The standing of a rule and the number of its source."""
        cited = value.get("reference")
        return " ".join([str(value.get("standing")), self.cite(cited, declared) if cited else ""])

    def listed(self) -> list[str]:
        """The section that says what the numbers stand for."""
        rows = [f"{n}. [{title}]({href})" for (title, href), n in self._numbers.items()]
        return ["", "## Sources", "", *rows]


def front_page(made: Mapping[str, str]) -> str:
    """What the manual is, what a standing means, and every page."""
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in made.items()}
    listed = [f"- [{titles[name]}]({name})" for name in sorted(made)]
    return "\n".join(
        [
            "# The clinical manual",
            "",
            "What the product asks, what it refuses and why, as released. A clinician should be able to read a page and object to it.",
            "",
            table(("standing", "meaning", "where it is a number"), STANDINGS),
            "",
            "A rule that needs a number which may not decide answers *unknown* and names the limit to sign.",
            "",
            *listed,
        ]
    )


def protocol_page(path: Path) -> str:
    """One protocol version: every criterion and every limit with source and standing."""
    document = _read(path)
    declared, sources = document.get("reference", {}), Sources()
    criteria = [
        (
            f"`{rule['code']}`",
            rule.get("wording", ""),
            _codes(_limits_of(rule, document)),
            _overridable(rule),
            sources.cite_rule(rule, declared),
        )
        for rule in document.get("criterion", ())
    ]
    parts = [
        f"# {document['title']}",
        "",
        f"`{document['name']}` version {document['version']}, "
        f"SHA-256 of the file `{sha256(path.read_bytes()).hexdigest()}`.",
        "",
        *(["What was not read or not found:", ""] if document.get("not_known") else []),
        *[f"- {words}" for words in document.get("not_known", ())],
        "",
        "## Criteria",
        "",
        *_taken_over(document),
        *(
            [
                table(
                    ("code", "what must hold", "limits", "override", "standing and source"),
                    criteria,
                )
            ]
            if criteria
            else []
        ),
        "",
        *(
            ["## Limits", "", limits_table(document["limit"], declared, sources), ""]
            if document.get("limit")
            else []
        ),
        *(course(document, declared, sources) if document.get("visit") else []),
        *sources.listed(),
    ]
    return "\n".join(parts)


def _taken_over(document: Table) -> list[str]:
    """Where the criteria of a version come from, if not from its own file alone."""
    if not (earlier := document.get("eligibility")):
        return []
    page = f"{earlier.replace('/', '-')}.md"
    without = ", ".join(f"`{code}`" for code in document.get("without", ()))
    but = f", but for {without}" if without else ""
    return [f"Taken over from [{earlier}]({page}){but}, with what stands here in its place.", ""]


def course(document: Table, declared: Table, sources: Sources) -> list[str]:
    """The visits of a protocol with their windows, its doses, and what holds for the whole course."""
    windows = document["window"]
    visits = [
        (
            f"`{visit['code']}`" + (f" ×{visit['repeat']['times']}" if "repeat" in visit else ""),
            visit["title"],
            _days(windows[visit["window"]]),
            f"`{visit['anchor']}`",
            ", ".join(code for part in visit.get("done", ()) for code in part["activities"]),
            sources.cite_rule(windows[visit["window"]], declared),
        )
        for visit in document["visit"]
    ]
    doses = [
        (f"`{code}`", menu["rule"], _supplement(menu), sources.cite_rule(menu, declared))
        for code, menu in document.get("doses", {}).items()
    ]
    provisions = [
        (part["topic"], part["wording"], sources.cite_rule(part, declared))
        for part in document.get("provision", ())
    ]
    heads = ("visit", "what", "days", "after", "done there", "standing and source of the days")
    return [
        "## Visits",
        "",
        "A target with a star is ours, so that a course can be planned; no source gives it.",
        "",
        table(heads, visits),
        "",
        "## Doses",
        "",
        table(("code", "rule", "supplement after", "standing and source"), doses),
        "",
        "## The whole course",
        "",
        table(("topic", "what holds", "standing and source"), provisions),
    ]


def _days(window: Table) -> str:
    ours = "*" if "suggested_days" in window else ""
    target = window.get("target_days", window.get("suggested_days", "?"))
    return f"{window.get('earliest_days', '?')} / {target}{ours} / {window.get('latest_days', '?')}"


def _supplement(menu: Table) -> str:
    span = menu.get("supplement_after_minutes")
    return f"{span[0]} to {span[1]} min" if span else "none"


def _limits_of(rule: Table, document: Table) -> list[str]:
    """The limits a criterion names anywhere in itself."""
    known = {limit["code"] for limit in document.get("limit", ())}
    return [text for text in _texts(rule) if text in known]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)


def _overridable(rule: Table) -> str:
    """By whom a criterion may be overridden; a dash where by nobody."""
    return ", ".join(_texts(rule.get("override", rule.get("overridable_by", ())))) or "–"


def limits_table(limits: Iterable[Table], declared: Table, sources: Sources) -> str:
    """Limits, with what each may do today."""
    rows = [
        (
            f"`{limit['code']}`",
            f"{limit['value']} {limit['unit']}"
            if "value" in limit
            else f"none, in {limit['unit']}",
            limit["wording"],
            "yes" if limit["standing"] in RUNS_LIVE else "**when signed**",
            sources.cite_rule(limit, declared),
        )
        for limit in limits
    ]
    return table(("code", "value", "meaning", "decides", "standing and source"), rows)


def medicines_page(paths: Sequence[Path]) -> str:
    """Every agent with its three axes, washout and what must not be stopped abruptly."""
    sources = Sources()
    parts = [
        "# Medicines with MDMA",
        "",
        "Danger, loss of benefit and CYP2D6 traffic are three separate axes; none is a sum of the "
        "others. A medicine that is not here, or that cannot be matched, is unknown and asks for "
        "the pharmacist.",
    ]
    for path in paths:
        document = _read(path)
        declared = document.get("reference", {})
        if not document.get("class") and not document.get("limit"):
            continue
        parts += ["", f"## {path.stem.replace('-', ' ').capitalize()}"]
        for group in document.get("class", ()):
            taking = group.get("while_taking", "not said")
            parts += ["", f"### {group['code']}", "", f"While it is taken: {taking}.", ""]
            parts.append(_agents_table(group, declared, sources))
        if limits := document.get("limit"):
            parts += ["", "Limits:", "", limits_table(limits, declared, sources)]
    return "\n".join([*parts, *sources.listed()])


def _agents_table(group: Table, declared: Table, sources: Sources) -> str:
    def axis(rule: Any) -> str:
        if not isinstance(rule, Mapping):
            return "–"
        said = str(rule.get("value", _traffic(rule))).replace("-", " ")
        return f"{said} ({sources.cite_rule(rule, declared).strip()})"

    def washout(rule: Any) -> str:
        if not isinstance(rule, Mapping):
            return "–"
        return f"{_washout(rule)} ({sources.cite_rule(rule, declared).strip()})"

    rows = [
        (
            agent["name"],
            *(axis(both.get(key)) for key in ("danger", "loss_of_benefit", "cyp2d6")),
            washout(both.get("washout")),
            axis(both.get("stop_abruptly")),
        )
        for agent in group.get("agent", ())
        for both in [{**group, **agent}]
    ]
    return table(
        ("medicine", "danger", "loss of benefit", "CYP2D6", "washout", "if stopped abruptly"), rows
    )


def _traffic(rule: Table) -> str:
    cleared = ", cleared by it" if rule.get("substrate") else ""
    return f"inhibits: {rule.get('inhibits', 'not said')}{cleared}"


def _washout(rule: Table) -> str:
    """Half-lives of the medicine and its metabolites, and the limits that make them a washout."""
    half_lives = [
        f"{part['substance']} {' to '.join(dict.fromkeys(str(hours) for hours in part['hours']))} h"
        for part in rule.get("half_life", ())
    ]
    words = [
        f"half-life {', '.join(half_lives)}" if half_lives else str(rule.get("mechanism", "")),
        _codes([*rule.get("limits", ()), *rule.get("optional_limits", ())]),
        "then the stabilisation" if rule.get("stabilised") else "",
    ]
    return "; ".join(word for word in words if word)


def questions_page(path: Path) -> str:
    """The catalogue of questions: the sentence, the kind of answer, who may answer."""
    rows = [
        (
            f"`{question['code']}`",
            question.get("en", ""),
            _answer_kind(question),
            ", ".join(question.get("answered_by", ())),
        )
        for question in _read(path)["question"]
    ]
    return "\n".join(
        [
            "# The questions of eligibility",
            "",
            "What is asked where the record is silent. Every answer keeps its source: told, letter, seen, or the imported record.",
            "",
            table(("code", "the sentence", "answer", "who may answer"), rows),
        ]
    )


def _answer_kind(question: Table) -> str:
    words = [question["kind"]]
    if unit := question.get("unit"):
        words.append(f"in {unit}")
    if choices := question.get("choices"):
        words.append(_codes(choices))
    if bounds := question.get("range"):
        words.append(f"typing bounds {bounds[0]} to {bounds[1]}")
    return ", ".join(words)


def spec_page(path: Path) -> str:
    """One page of tests as people: each claim, why it is so, and the case that argues it."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    intro = ast.get_docstring(tree) or path.stem.removeprefix("test_").replace("_", " ")
    title, _, rest = intro.partition("\n")
    parts = [f"# {title.rstrip('.')}", *(["", rest.strip()] if rest.strip() else [])]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            parts += ["", *_claim(node, source)]
    return "\n".join(parts)


def _claim(node: ast.FunctionDef, source: str) -> list[str]:
    """A test as a heading, its reason, and each case of it: a table as it stands, or the code."""
    words = node.name.removeprefix("test_").replace("_", " ")
    lines = [f"## {words[0].upper()}{words[1:]}", ""]
    body = list(node.body)
    if why := ast.get_docstring(node):
        lines += [why, ""]
        body = body[1:]
    code = [_written(part, source) for part in node.decorator_list]
    for statement in body:
        case = _case(statement)
        if case:
            lines += [*_fenced(code), *case]
            code = []
        else:
            code.append(_written(statement, source))
    return [*lines, *_fenced(code)]


def _case(statement: ast.stmt) -> list[str]:
    """A call of a fixture whose name ends in ``spec``: what is given, the table, what must follow."""
    call = getattr(statement, "value", None)
    if not (isinstance(call, ast.Call) and ast.unparse(call.func).endswith("spec")):
        return []
    lines: list[str] = []
    for argument in call.args:
        said = _literal(argument)
        if isinstance(said, str) and "\n" in said:
            lines += ["```", textwrap.dedent(said).strip("\n").rstrip(), "```", ""]
        elif said:
            lines += [f"Under `{said}`:", ""]
    follows = [f"- {word.arg}: {_words(_literal(word.value))}" for word in call.keywords]
    return [*lines, *follows, ""]


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"`{key}` {inner}" for key, inner in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(f"`{inner}`" for inner in value) or "nothing"
    return str(value)


def _written(node: ast.AST, source: str) -> str:
    """The lines of a node as they stand in the file."""
    lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
    return textwrap.dedent("\n".join(lines))


def _fenced(code: Sequence[str]) -> list[str]:
    return ["```python", *code, "```", ""] if code else []


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars and line ends inside a cell are made harmless."""
    lines = [_row(head), _row(["---"] * len(head))]
    return "\n".join(lines + [_row(row) for row in rows])


def _row(cells: Sequence[str]) -> str:
    clean = (re.sub(r"\s+", " ", str(cell)).replace("|", "\\|").strip() for cell in cells)
    return f"| {' | '.join(clean)} |"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def main() -> int:
    """Write the manual and say how many pages it has."""
    write()
    print(f"docs/manual: {len(pages())} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
