"""Matching a medicine as somebody wrote it to the agents of the table. Nothing is guessed.

A name is cut into words; whole words, never parts of words, are looked up, the longest name first.
What is left over is said, so that "Sertraline with something" is never only sertraline.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.domain.interactions import InteractionTable

LONGEST_NAME_WORDS = 6

_UNIT = (
    r"(?:mg|mcg|microgram(?:s|me|mes)?|milligram(?:s|me|mes)?|ug|μg|g|gm|kg|ml|l|iu|unt|units?|meq"
    r"|mmol|hrs?|h|hours?|actuat|doses?|sprays?|puffs?|%)"
)
_STRENGTH = re.compile(
    rf"(?<![\w])\d[\d.,]*(?:\s*[-/]\s*\d[\d.,]*)*\s*{_UNIT}(?![a-z])"
    rf"(?:\s*/\s*(?:\d[\d.,]*\s*)?{_UNIT}(?![a-z]))?"
)
_BRAND = re.compile(r"\[([^\]]*)\]?")
_BETWEEN_PARTS = re.compile(r"[/+;,&(){}|\n]|\s(?:and|with|plus)\s")
_SPACING = {ord(mark): " " for mark in "\t\r\v\f"}
_ASCII_MARKS = dict.fromkeys((*range(32), 127, ord("'"), ord("`"))) | _SPACING
del _ASCII_MARKS[ord("\n")]
_INVISIBLE = ("Mn", "Cf", "Cc", "Cs")
_NOT_A_WORD = re.compile(r"[^\w%]+")
_APOSTROPHES = re.compile(r"['\u2018\u2019\u02bc`´]")
_NUMBER = re.compile(r"[\d.%]+|nda\d+|anda\d+|bla\d+")


@dataclass(frozen=True)
class Match:
    """What a medicine was found to be.

    ``agents`` are names of agents, sorted. ``unmatched`` are the parts or words nothing is known
    of. ``is_contradictory`` says that code and name, or brand and ingredient, do not agree.
    """

    agents: tuple[str, ...]
    unmatched: tuple[str, ...] = ()
    is_contradictory: bool = False


@dataclass(frozen=True)
class _NameMatch:
    agents: frozenset[str]
    unmatched_parts: tuple[str, ...]
    leftover_words: tuple[str, ...]
    part_count: int
    is_contradictory: bool


def folded(text: str) -> str:
    """One form for one text: compatibility forms, invisible marks, accents and case folded away.

    Letters of another alphabet that merely look alike stay what they are, and so match nothing.

    Examples
    --------
    >>> folded("Sértraline\\u200b ＨＣｌ")
    'sertraline hcl'
    """
    if text.isascii():
        return text.lower().translate(_ASCII_MARKS)
    composed = unicodedata.normalize("NFKC", text.translate(_SPACING)).casefold()
    decomposed = unicodedata.normalize("NFKD", composed)
    kept = (c for c in decomposed if c == "\n" or unicodedata.category(c) not in _INVISIBLE)
    return _APOSTROPHES.sub("", "".join(kept))


def normalized(text: str) -> str:
    """The words of a name, single-spaced: the form in which names are keys.

    Examples
    --------
    >>> normalized("St. John’s-Wort")
    'st johns wort'
    """
    return " ".join(_words(folded(text)))


def match(name: str, rxcuis: Sequence[str], table: InteractionTable) -> Match:
    """The agents of a medicine: by RxNorm code first, by name second, and both must agree.

    A code that the table does not hold says nothing. A part of the name that it does not hold is
    named in ``unmatched``, unless a code says what the single medicine is.
    """
    coded = frozenset(agent for code in rxcuis for agent in table.codes.get(code.strip(), ()))
    named = _by_name(name, table)
    agents = tuple(sorted(coded | named.agents))
    if not coded:
        unmatched = named.unmatched_parts + named.leftover_words
        if not agents and not unmatched:
            unmatched = (name.strip() or "?",)
        return Match(agents, unmatched, named.is_contradictory)
    if not named.agents:
        is_one_medicine = named.part_count <= len(coded)
        return Match(agents, () if is_one_medicine else named.unmatched_parts)
    is_contradictory = named.is_contradictory or coded != named.agents
    return Match(agents, named.unmatched_parts, is_contradictory)


def _words(text: str) -> list[str]:
    return [word for word in _NOT_A_WORD.sub(" ", text.replace("_", " ")).split() if word]


def _by_name(name: str, table: InteractionTable) -> _NameMatch:
    text = folded(name)
    whole = table.names.get(" ".join(_words(text)))
    if whole is not None:
        return _NameMatch(frozenset(whole), (), (), 1, is_contradictory=False)
    brands = _BRAND.findall(text)
    text = _STRENGTH.sub(" ", _BRAND.sub(" ", text))
    agents: set[str] = set()
    unmatched_parts: list[str] = []
    leftover_words: list[str] = []
    part_count = 0
    for part in _BETWEEN_PARTS.split(text):
        found, leftover, is_empty = _by_part(_words(part), table)
        if is_empty:
            continue
        part_count += 1
        agents |= found
        if found:
            leftover_words += leftover
        else:
            unmatched_parts.append(" ".join(_words(part)))
    branded = _by_brands(brands, table)
    is_contradictory = bool(branded and agents and branded != agents)
    return _NameMatch(
        frozenset(agents | branded),
        tuple(unmatched_parts),
        tuple(leftover_words),
        part_count,
        is_contradictory,
    )


def _by_brands(brands: Sequence[str], table: InteractionTable) -> frozenset[str]:
    """A brand in square brackets repeats the ingredients; one that is not known adds nothing."""
    found: set[str] = set()
    for brand in brands:
        found |= _by_part(_words(brand), table)[0]
    return frozenset(found)


def _by_part(words: list[str], table: InteractionTable) -> tuple[set[str], list[str], bool]:
    """The agents named in one part, the words left over, and whether the part said nothing."""
    found: set[str] = set()
    leftover: list[str] = []
    salts: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_NAME_WORDS, len(words) - at), 0, -1):
            agents = table.names.get(" ".join(words[at : at + length]))
            if agents is not None:
                found.update(agents)
                at += length
                break
        else:
            word = words[at]
            at += 1
            if word in table.salts:
                salts.append(word)
            elif word not in table.silent_words and not _NUMBER.fullmatch(word):
                leftover.append(word)
    if not found:
        leftover = leftover + salts
    return found, leftover, not found and not leftover
