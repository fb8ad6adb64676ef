"""Every word of the pages goes through a catalog: no bare text in a template, no bare text given to a person in code."""

import re
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, plant

TEMPLATES = PACKAGE / "web" / "templates"
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
NOT_SHOWN = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->|<(script|style|svg|symbol)\b.*?</\1>|<!DOCTYPE[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
SHOWN_ATTRIBUTE = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')
TAG_OR_VARIABLE = re.compile(r"{%.*?%}|{{.*?}}|<[^>]*>|&\w+;", re.DOTALL)
# Names of things, the same in every language.
NAMES = {
    "Holdfast",
    "UTC",
    "Apache-2.0",
    "Inter, SIL Open Font License 1.1",
    "htmx, Zero-Clause BSD",
    "uPlot, MIT",
}


def bare_texts(template: str) -> list[str]:
    """The words of a template that no catalog knows."""
    text = TRANSLATED.sub("", NOT_SHOWN.sub("", template))
    attributes = [re.sub(r"{[%{].*?[%}]}", "", a) for a in SHOWN_ATTRIBUTE.findall(text)]
    texts = [*attributes, *re.split(r"\x00", TAG_OR_VARIABLE.sub("\x00", text))]
    stripped = (" ".join(t.split()) for t in texts)
    return [t for t in stripped if re.search(r"[^\W\d_]{2,}", t) and t.strip("· ") not in NAMES]


def templates() -> list[Path]:
    return sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")])


@pytest.mark.parametrize("path", templates(), ids=lambda p: p.relative_to(TEMPLATES).as_posix())
def test_every_text_of_a_page_is_in_a_catalog(path):
    assert bare_texts(path.read_text("utf-8")) == []


def test_no_page_has_inline_script_or_style():
    """The content security policy would refuse it; better that it never gets that far."""
    found = [
        path.name
        for path in templates()
        if re.search(
            r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son\w+=", path.read_text("utf-8"), re.I
        )
    ]
    assert found == []


def test_a_bare_text_is_found(tmp_path):
    folder = plant(
        tmp_path,
        "a.html",
        '<p title="Bare title">{% translate "Known" %} Bare words {{ name }}</p>'
        "{% blocktranslate %}Known <b>too</b>{% endblocktranslate %}",
    )
    assert bare_texts((folder / "a.html").read_text()) == ["Bare title", "Bare words"]
