"""The message catalogs: what is to translate, found in the code itself; ``.po`` read and ``.mo`` made.

``python -m tests.catalogs`` brings every ``.po`` up to date and compiles it. It needs no gettext on
the machine: the words are found by reading the code, and the compiled form is written here.
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from holdfast.definitions.operational_times import operational_times
from holdfast.definitions.prescreening import codes
from holdfast.definitions.questions import load as load_questions
from holdfast.definitions.roles import roles
from holdfast.interop.fhir.report import SENTENCES
from holdfast.settings import LANGUAGES
from holdfast.web.staff.words import choice_source

WEB = Path(__file__).resolve().parent.parent / "src" / "holdfast" / "web"
LOCALE = WEB / "locale"
HEADER = (
    "Project-Id-Version: holdfast\\n"
    "MIME-Version: 1.0\\n"
    "Content-Type: text/plain; charset=UTF-8\\n"
    "Content-Transfer-Encoding: 8bit\\n"
    "Language: {language}\\n"
    "Plural-Forms: nplurals=2; plural={plural};\\n"
).replace("\\n", "\n")
PLURALS = {"fr": "(n > 1)"}
MARKERS = {"_", "gettext", "gettext_lazy"}
Message = tuple[str, ...]  # the words, or the singular and the plural

_TEMPLATE_CALL = re.compile(
    r"""(?:_|gettext)\((?P<one>u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))\)"""
    r"""|ngettext\((?P<first>u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")),\s*(?P<many>u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
)


def messages() -> list[Message]:
    """Every message of code, templates and definitions, each once, in order."""
    found = {*_of_code(), *_of_templates(), *_of_definitions()}
    return sorted(found)


def _of_code() -> Iterator[Message]:
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            if node.func.id in MARKERS and texts and isinstance(texts[0], str):
                yield (texts[0],)
            elif node.func.id == "ngettext":
                yield (str(texts[0]), str(texts[1]))


def _of_templates() -> Iterator[Message]:
    for path in sorted((WEB / "templates").rglob("*.html")):
        code = templatize(path.read_text(encoding="utf-8"))
        for match in _TEMPLATE_CALL.finditer(code):
            if match["one"]:
                yield (ast.literal_eval(match["one"]),)
            else:
                yield (ast.literal_eval(match["first"]), ast.literal_eval(match["many"]))


def _of_definitions() -> Iterator[Message]:
    for words in (roles().titles, roles().permissions, codes().sources, codes().reasons, SENTENCES):
        yield from ((text,) for text in words.values())
    for time in operational_times().values():
        yield from ((time.wording,), (time.reason,))
    for question in load_questions().questions.values():
        yield from ((choice_source(code),) for code in question.choices)


def read(language: str) -> dict[Message, Message]:
    """The translations of a catalog, by message."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not path.is_file():
        return {}
    found: dict[Message, Message] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields = _fields(block)
        if fields.get("msgid"):
            key = (
                (fields["msgid"], fields["msgid_plural"])
                if "msgid_plural" in fields
                else (fields["msgid"],)
            )
            said = [fields[name] for name in ("msgstr", "msgstr[0]", "msgstr[1]") if name in fields]
            found[key] = tuple(said)
    return found


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in block.splitlines():
        if match := re.fullmatch(r'(msg[a-z_]+(?:\[\d\])?) (".*")', line):
            name = match[1]
            fields[name] = ast.literal_eval(match[2])
        elif line.startswith('"') and fields:
            fields[name] += ast.literal_eval(line)
    return fields


def write(language: str, wanted: list[Message], said: dict[Message, Message]) -> None:
    """Write a catalog and its compiled form."""
    folder = LOCALE / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    header = HEADER.format(language=language, plural=PLURALS.get(language, "(n != 1)"))
    lines = ['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in header.splitlines()), ""]
    for message in wanted:
        told = said.get(message) or tuple("" for _part in message)
        names = ("msgid", "msgid_plural")[: len(message)]
        lines += [f"{name} {_quoted(text)}" for name, text in zip(names, message, strict=True)]
        if len(message) == 1:
            lines.append(f"msgstr {_quoted(told[0])}")
        else:
            lines += [f"msgstr[{n}] {_quoted(text)}" for n, text in enumerate(told)]
        lines.append("")
    (folder / "django.po").write_text("\n".join(lines), encoding="utf-8")
    (folder / "django.mo").write_bytes(compiled(header, wanted, said))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def compiled(header: str, wanted: list[Message], said: dict[Message, Message]) -> bytes:
    """The binary form of GNU gettext; a message without a translation is left out."""
    pairs = {"": header}
    pairs |= {
        "\0".join(message): "\0".join(said[message])
        for message in wanted
        if message in said and all(said[message])
    }
    items = sorted((key.encode(), text.encode()) for key, text in pairs.items())
    keys, texts, ids, strings = [], [], b"", b""
    for key, text in items:
        keys.append((len(key), len(ids)))
        ids += key + b"\0"
        texts.append((len(text), len(strings)))
        strings += text + b"\0"
    start = 7 * 4 + 16 * len(items)
    table = b"".join(struct.pack("<II", length, start + at) for length, at in keys)
    table += b"".join(struct.pack("<II", length, start + len(ids) + at) for length, at in texts)
    head = struct.pack("<7I", 0x950412DE, 0, len(items), 28, 28 + 8 * len(items), 0, start)
    return head + table + ids + strings


def main() -> None:
    """Bring every catalog up to date. In English a message says itself."""
    wanted = messages()
    for language, _name in LANGUAGES:
        said = {message: message for message in wanted} if language == "en" else read(language)
        write(language, wanted, said)
        done = sum(bool(said.get(message)) and all(said[message]) for message in wanted)
        print(f"{language}: {done} of {len(wanted)} messages")


if __name__ == "__main__":
    main()
