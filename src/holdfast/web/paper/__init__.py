"""Documents on paper: typeset by Typst from data handed over in memory; nothing touches the disk."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).parent


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[FOLDER / "fonts"])


def verdict_pdf(content: dict[str, Any], made_at: datetime) -> bytes:
    """A verdict as PDF/UA-1: tagged, with title, language, page numbers and the record's hash.

    The same content and moment give the same bytes.
    """
    return typst.compile(
        (FOLDER / "verdict.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )


def letter_pdf(content: dict[str, Any], made_at: datetime) -> bytes:
    """A letter as PDF/UA-1: tagged, with title and language."""
    return typst.compile(
        (FOLDER / "letter.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )


def copy_pdf(content: dict[str, Any], made_at: datetime) -> bytes:
    """A person's own copy of their record as PDF/UA-1: tagged, with title and language."""
    return typst.compile(
        (FOLDER / "copy.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )


def card_pdf(content: dict[str, Any], made_at: datetime) -> bytes:
    """The card of the path of concerns, A6, as PDF/UA-1."""
    return typst.compile(
        (FOLDER / "card.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )


def consent_pdf(content: dict[str, Any], made_at: datetime) -> bytes:
    """A consent as PDF/UA-1: the text as it was given, and the signatures under it."""
    return typst.compile(
        (FOLDER / "consent.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )
