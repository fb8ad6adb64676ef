"""The message catalogs: what is to translate, found in the code itself; ``.po`` read and ``.mo`` made.

``python -m tests.catalogs`` brings every ``.po`` up to date and compiles it. It needs no gettext on
the machine: the words are found by reading the code, and the compiled form is written here.
"""

import ast
import os
import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.utils.translation import override
from django.utils.translation.template import templatize

from holdfast.definitions.operational_times import operational_times
from holdfast.definitions.prescreening import codes
from holdfast.definitions.questions import load as load_questions
from holdfast.definitions.roles import roles
from holdfast.interop.fhir.report import SENTENCES
from holdfast.settings import PATIENT_LANGUAGES
from holdfast.web.staff.words import choice_source

WEB = Path(__file__).resolve().parent.parent / "src" / "holdfast" / "web"
LOCALE = WEB / "locale"
TEMPLATES = WEB / "templates"
# What the patient's pages take from the words of the whole product, by its code there.
PATIENT_DONE = (
    "copy-requested",
    "journal-made",
    "journal-closed",
    "phrase-changed",
    "words-kept",
    "words-shared",
    "words-taken-back",
    "calendar-ended",
    "therapist-asked",
    "therapist-unasked",
)
PATIENT_REFUSALS = (
    "invitation-wrong",
    "login-not-fit",
    "login-taken",
    "login-tells-the-name",
    "copy-requested-already",
    "words-erased",
    "words-missing",
    "words-too-long",
    "readers-unknown",
    "shared-already",
    "shared-no-more",
    "title-does-not-fit",
    "no-calendar-address",
    "not-of-the-pair",
    "already-corrected",
    "phrase-too-short",
    "phrase-wrong",
    "private-key-there",
    "private-key-missing",
    "not-permitted",
    "proof-missing",
    "proof-expired",
    "proof-used",
)
# What other code says on a page of theirs: why a signature or a password was not taken.
PATIENT_ELSEWHERE = (
    "Show who you are to sign.",
    "This is too long.",
    "Too many wrong tries. Wait a quarter of an hour, or use a passkey.",
    "This passkey was not accepted. Try again, or sign another way.",
    "This is not your password.",
    "The first signature after you log in asks for your passkey or your password.",
    "This is not your PIN.",
    "The two are not the same.",
    "Not recorded (%(code)s).",
    "At least 12 characters. Some words that do not belong together make a good one.",
    "This password is easy to guess.",
)
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
    found = {*_of_code(WEB.rglob("*.py")), *_of_templates(_all_templates()), *_of_definitions()}
    return sorted(found)


def patient_messages() -> list[Message]:
    """Every message of the patient's pages: their templates, their code, and what both take."""
    code = [*(WEB / "patient").glob("*.py"), WEB / "errors.py"]
    found = {*_of_code(code), *_of_templates(_patient_templates())}
    with override("en"):
        found |= {(str(text),) for text in [*_taken(), *roles().titles.values()]}
    return sorted(found)


def _taken() -> Iterator[object]:
    """What the patient's pages say out of code that others share."""
    from holdfast.web.account.forms import NewPasswordForm
    from holdfast.web.done import DONE
    from holdfast.web.fields import password_again
    from holdfast.web.glass.words import PLAIN_REASONS, PLAIN_VERDICTS
    from holdfast.web.look_choice import THEMES
    from holdfast.web.refusals import CONFLICT, REFUSALS
    from holdfast.web.words import PARTS, PLAIN_HANDED_OUT

    yield from (DONE[code] for code in PATIENT_DONE)
    yield from (REFUSALS[code] for code in PATIENT_REFUSALS)
    for words in (PARTS, PLAIN_HANDED_OUT, PLAIN_REASONS, PLAIN_VERDICTS, THEMES):
        yield from words.values()
    yield from (CONFLICT, password_again().label)
    for field in NewPasswordForm.base_fields.values():
        yield from (text for text in (field.label, field.help_text) if text)
    yield from PATIENT_ELSEWHERE


def wanted_in(language: str) -> list[Message]:
    """What a catalog holds: all of the product in English, the patient's pages in each other."""
    return messages() if language == "en" else patient_messages()


def _patient_templates() -> list[Path]:
    """The templates inside the patient's frame, the frame, and every part that they include."""
    every = {path.relative_to(TEMPLATES).as_posix(): path for path in _all_templates()}
    inside = 'extends "patient_frame.html"'
    found = {name for name, path in every.items() if inside in path.read_text("utf-8")}
    left = [*found, "patient_frame.html", "page.html", "errors/error.html", "door.html"]
    found |= set(left)
    while left:
        text = every[left.pop()].read_text("utf-8")
        parts = set(re.findall(r'{% include "([^"]+)"', text)) - found
        found |= parts
        left += parts
    return [every[name] for name in sorted(found)]


def _all_templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def _of_code(paths: Iterable[Path]) -> Iterator[Message]:
    for path in sorted(paths):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            if node.func.id in MARKERS and texts and isinstance(texts[0], str):
                yield (texts[0],)
            elif node.func.id == "ngettext":
                yield (str(texts[0]), str(texts[1]))


def _of_templates(paths: Iterable[Path]) -> Iterator[Message]:
    for path in paths:
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
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")
    django.setup()
    for language, _name in PATIENT_LANGUAGES:
        wanted = wanted_in(language)
        said = {message: message for message in wanted} if language == "en" else read(language)
        write(language, wanted, said)
        done = sum(bool(said.get(message)) and all(said[message]) for message in wanted)
        print(f"{language}: {done} of {len(wanted)} messages")


if __name__ == "__main__":
    main()
