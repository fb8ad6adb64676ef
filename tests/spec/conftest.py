"""The fixture of the clinical pages: a person, a day, and what must follow."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from holdfast.definitions import interactions, protocols
from holdfast.domain.eligibility import screen
from holdfast.domain.findings import Finding, Verdict
from holdfast.domain.medications import assess
from tests.spec.dosing_page import dosing_spec
from tests.spec.person import AS_OF, Page, all_signed, everything_answered, read_page, sign
from tests.spec.session_page import session_spec

__all__ = ["dosing_spec", "person_spec", "session_spec"]

PersonSpec = Callable[..., Verdict]


def _shown(findings: Sequence[Finding], wanted: Sequence[str]) -> list[str]:
    """Each finding as ``code``, or as ``code: reason`` where the page states a reason for it."""
    with_reason = {text.split(":")[0] for text in wanted if ":" in text}
    return sorted(f"{f.code}: {f.reason}" if f.code in with_reason else f.code for f in findings)


@pytest.fixture
def person_spec() -> PersonSpec:
    """Screen the person of a table and hold the verdict to what the page says of it.

    Parameters of the function it gives:

    protocol
        The protocol's name.
    table
        What differs from somebody whose every question is answered in their favour.
    as_of
        The day of the verdict, as 2026-03-31.
    signed
        "everything" (a physician signed every limit that has a number or a worked example),
        "nothing", or exactly the numbers signed, by limit code.
    unsigned
        Limits, by code, that nobody signed although everything else is.
    also_signed
        Numbers signed beside those, by limit code: for a medicine whose washout has no public number.
    base
        "everything answered", or "nobody" to start from somebody of whom nothing is known.
    verdict
        eligible, ineligible or undetermined.
    stops, asks
        Exactly the criteria that stop and that must still be asked: ``code`` or ``code: reason``.
        None where the page does not say.
    """

    def spec(
        protocol: str,
        table: str = "",
        *,
        as_of: str = AS_OF.isoformat(),
        signed: str | dict[str, str] = "everything",
        unsigned: Sequence[str] = (),
        also_signed: dict[str, str] | None = None,
        base: str = "everything answered",
        verdict: str,
        stops: Sequence[str] | None = (),
        asks: Sequence[str] | None = (),
    ) -> Verdict:
        version = protocols.load(protocol)
        day = date.fromisoformat(as_of)
        start = everything_answered(version) if base == "everything answered" else Page()
        referral = read_page(table).over(start).referral()
        if isinstance(signed, dict):
            limits = sign(version, signed)
        else:
            limits = all_signed(version) if signed == "everything" else {}
        limits |= sign(version, also_signed or {})
        limits = {code: limit for code, limit in limits.items() if code not in unsigned}
        medicines = assess(referral.medications, interactions.load(), day, limits, referral.answers)
        found = screen(version, referral, day, limits, medicines)
        if stops is not None:
            assert _shown(found.stops, stops) == sorted(stops), "what stops"
        if asks is not None:
            assert _shown(found.asks, asks) == sorted(asks), "what must still be asked"
        assert found.decision == verdict
        return found

    return spec
