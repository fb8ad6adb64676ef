"""Plain pages for the person in treatment: what is said, by which study, and how sure that is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from holdfast.domain.findings import Reference, Standing

LANGUAGES = ("en", "de", "fr", "es")
EVERY = "every"  # stands in a claim's protocols where it holds whatever the protocol

Words = Mapping[str, str]  # by language; all four are there


class Sure(StrEnum):
    """How far a claim can be relied on. The sentence of each is in the catalogs."""

    SEEN_AGAIN = "seen-again"
    SEVERAL_STUDIES = "several-studies"
    MANY_PEOPLE = "many-people"
    ONE_STUDY = "one-study"
    ONE_SMALL_STUDY = "one-small-study"
    DEPENDS_ON_DOSE = "depends-on-dose"
    COULD_BE_CHANCE = "could-be-chance"
    DOUBTED = "doubted"
    REVIEW = "review"
    OFFICIAL = "official"
    RULE = "rule"
    PRACTICE = "practice"


class Who(StrEnum):
    """Whom a study looked at."""

    HEALTHY = "healthy"
    VOLUNTEERS = "volunteers"
    PTSD = "ptsd"
    USERS = "users"
    NONE = "none"  # no study of people: a rule, a review or an office


@dataclass(frozen=True)
class Claim:
    """One thing that is said, with its source. ``people`` is how many took part, where that was read."""

    code: str
    words: Words
    reference: Reference
    standing: Standing
    sure: Sure
    who: Who
    people: int | None = None
    protocols: tuple[str, ...] = (EVERY,)

    def is_for(self, protocol: str | None) -> bool:
        """Whether it holds for somebody under a protocol; None is nobody's."""
        return EVERY in self.protocols or protocol in self.protocols


@dataclass(frozen=True)
class Section:
    """A heading with the claims under it."""

    code: str
    heading: Words
    claims: tuple[Claim, ...]

    def claims_for(self, protocol: str | None) -> tuple[Claim, ...]:
        """Those that hold under a protocol."""
        return tuple(claim for claim in self.claims if claim.is_for(protocol))


@dataclass(frozen=True)
class PlainPage:
    """A page of sections; its hash names exactly what was read."""

    name: str
    title: Words
    lead: Words
    sections: tuple[Section, ...]
    sha256: str


class Advertising(StrEnum):
    """What a jurisdiction's law says on pages about the treatment that anybody may see."""

    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AdvertisingRule:
    """The rule of one jurisdiction, and how far it was verified."""

    jurisdiction: str
    advertising: Advertising
    reference: Reference
    standing: Standing


def may_be_public(rules: Collection[AdvertisingRule], jurisdictions: Collection[str]) -> bool:
    """Whether the plain pages may be seen without logging in, under every law that holds here.

    No jurisdiction, one without a rule, and a rule that nobody verified are no permission.
    """
    permitted = {
        rule.jurisdiction
        for rule in rules
        if rule.advertising is Advertising.PERMITTED and rule.standing.runs_live
    }
    return bool(jurisdictions) and set(jurisdictions) <= permitted
