"""May a person's words be erased on this date? Every rule that applies answers for itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from holdfast.domain.calendar_months import months_after
from holdfast.domain.findings import Finding, Outcome, Reference, Standing

CLASSES = frozenset({"identity", "words"})
EVERYWHERE = "*"
_OURS = Reference("How long words are kept", "docs/erasure.md")


@dataclass(frozen=True)
class RetentionRule:
    """One law's period, in whole years; None where no public number was found."""

    code: str
    classes: frozenset[str]  # the classes of words it keeps
    years: int | None
    wording: str
    reference: Reference
    standing: Standing

    @property
    def needs_signature(self) -> bool:
        """True where a physician must sign the number before the rule can answer."""
        return self.years is None or not self.standing.runs_live


@dataclass(frozen=True)
class Jurisdiction:
    """A place with its rules, known by the time zones of the sites in it."""

    code: str
    zones: frozenset[str]
    rules: tuple[RetentionRule, ...]

    def covers(self, zone: str) -> bool:
        """True where a site of this IANA zone is under these rules."""
        return zone in self.zones or EVERYWHERE in self.zones


def may_be_erased(
    jurisdictions: Iterable[Jurisdiction],
    *,
    zone: str,
    recorded: str | None = None,
    classes: frozenset[str],
    signed_years: Mapping[str, int],
    last_entry_on: date | None,
    as_of: date,
) -> tuple[Finding, ...]:
    """Every condition on erasing these classes of a person's words on a date.

    Parameters
    ----------
    zone
        The site's IANA time zone, by which its jurisdictions are known.
    recorded
        The jurisdiction that somebody recorded for the site; its rules hold beside the zone's.
    classes
        The classes of words to erase: ``identity``, ``words``.
    signed_years
        Whole years that a physician signed for the site, by the code of the rule.
    last_entry_on
        The site's date of the newest entry about the person; every period counts from it.

    Returns
    -------
    tuple of Finding
        One for the place, one for each rule that keeps any of these words. A zone of no known
        jurisdiction, an unsigned number or an unknown last entry answers UNKNOWN.
    """
    here = [p for p in jurisdictions if p.covers(zone) or p.code == recorded]
    is_known = any(EVERYWHERE not in place.zones for place in here)
    findings = [
        Finding(
            "jurisdiction",
            Outcome.PASSED if is_known else Outcome.UNKNOWN,
            "jurisdiction-known" if is_known else "jurisdiction-unknown",
            _OURS,
            Standing.VERIFIED,
            {"zone": zone},
        ),
        Finding(
            "classes",
            Outcome.PASSED if classes and classes <= CLASSES else Outcome.UNKNOWN,
            "classes-named" if classes and classes <= CLASSES else "classes-unknown",
            _OURS,
            Standing.VERIFIED,
        ),
    ]
    rules = [rule for place in here for rule in place.rules if rule.classes & classes]
    findings += [_judged(rule, signed_years, last_entry_on, as_of) for rule in rules]
    return tuple(findings)


def is_permitted(findings: tuple[Finding, ...]) -> bool:
    """True only where every condition is met. Unknown is never a yes, nor is an empty list."""
    return bool(findings) and all(finding.outcome is Outcome.PASSED for finding in findings)


def governing(findings: Iterable[Finding]) -> Finding | None:
    """The rule whose period ends last; None where no rule names an end."""
    ending = [finding for finding in findings if isinstance(finding.values.get("ends_on"), date)]
    return max(ending, key=lambda finding: str(finding.values["ends_on"]), default=None)


def _judged(
    rule: RetentionRule, signed_years: Mapping[str, int], last_entry_on: date | None, as_of: date
) -> Finding:
    years, standing = rule.years, rule.standing
    if rule.needs_signature:
        if rule.code not in signed_years:
            return Finding(
                rule.code, Outcome.UNKNOWN, "years-unsigned", rule.reference, rule.standing
            )
        years, standing = signed_years[rule.code], Standing.SIGNED
    if last_entry_on is None or years is None:
        return Finding(rule.code, Outcome.UNKNOWN, "last-entry-unknown", rule.reference, standing)
    ends_on = months_after(last_entry_on, 12 * years)
    is_over = as_of >= ends_on
    return Finding(
        rule.code,
        Outcome.PASSED if is_over else Outcome.FAILED,
        "period-over" if is_over else "period-running",
        rule.reference,
        standing,
        {"years": years, "ends_on": ends_on},
    )
