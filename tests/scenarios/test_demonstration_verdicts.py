"""Each invented person's verdict under mapp2 is the one that the case's ``why`` argues for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from holdfast.cli.demonstration.asked import answers_of
from holdfast.cli.demonstration.bundles import Bundle, bundles
from holdfast.cli.demonstration.house import invented_limits
from holdfast.definitions import interactions, protocols
from holdfast.domain.answers import Referral
from holdfast.domain.eligibility import screen
from holdfast.domain.findings import Verdict
from holdfast.domain.limits import SignedLimit
from holdfast.domain.medications import assess
from holdfast.interop.fhir.referral import read_referral

AS_OF = date(2026, 3, 2)
MAPP2 = protocols.load("mapp2")
TABLE = interactions.load()
FORTY = bundles(AS_OF)


def all_signed() -> Mapping[str, SignedLimit]:
    """What the demonstration's first site signs: the library's numbers, and the invented ones."""
    signed = {}
    for limit in (*MAPP2.limits.values(), *TABLE.limits.values()):
        value = invented_limits().get(limit.code) if limit.value is None else limit.value
        if limit.needs_signature and value is not None:
            signed[limit.code] = SignedLimit(
                limit.code, value, limit.unit, "the demonstration's physician", AS_OF
            )
    return signed


def judged(referral: Referral, signed: Mapping[str, SignedLimit]) -> Verdict:
    medications = assess(referral.medications, TABLE, AS_OF, signed, referral.answers)
    return screen(MAPP2, referral, AS_OF, signed, medications)


@pytest.mark.parametrize("bundle", FORTY, ids=lambda b: b.somebody.case)
def test_the_verdict_on_arrival_is_the_one_argued(bundle: Bundle):
    """Nobody is eligible by a record alone: what was not asked is not known."""
    verdict = judged(read_referral(bundle.data, as_of=AS_OF), {})
    assert verdict.decision.value == bundle.somebody.arrives
    assert verdict.asks


@pytest.mark.parametrize("bundle", FORTY, ids=lambda b: b.somebody.case)
def test_the_verdict_once_asked_is_the_one_argued(bundle: Bundle):
    somebody = bundle.somebody
    referral = read_referral(bundle.data, as_of=AS_OF)
    answers = answers_of(somebody, AS_OF, MAPP2.questions)
    verdict = judged(replace(referral, answers=(*referral.answers, *answers)), all_signed())
    assert verdict.decision.value == somebody.once_asked, somebody.why
    assert sorted({f.code for f in verdict.stops}) == sorted(somebody.stops), somebody.why
    assert sorted({f.code for f in verdict.asks}) == sorted(somebody.asks), somebody.why


def test_a_third_may_enter_once_asked():
    eligible = [b for b in FORTY if b.somebody.once_asked == "eligible"]
    assert len(eligible) * 3 >= len(FORTY)


def test_invented_limits_are_only_for_numbers_that_nobody_published():
    """The demonstration signs the library's own number wherever there is one."""
    for code in invented_limits():
        assert MAPP2.limits[code].value is None
