"""A finding on an approval names the day that explains it, and that day alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from holdfast.definitions import jurisdictions
from holdfast.domain.authority import (
    Act,
    Change,
    ChangeKind,
    HeldApproval,
    Intent,
    authority_findings,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
SWISS = jurisdictions.load("switzerland")
LICENCE = HeldApproval(
    id="a", kind="foph-licence", starts_on=FIRST, ends_on=LAST, product="mdma", patient="p"
)
DOSING = Intent(act=Act.DOSING, product="mdma", patient="p")
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("held", "on", "reason", "day"),
    [
        (LICENCE, LAST, "approval-stands", ("until", LAST)),
        (LICENCE, LAST + timedelta(days=1), "approval-ended", ("ended_on", LAST)),
        (LICENCE, FIRST - timedelta(days=1), "approval-not-begun", ("starts_on", FIRST)),
        (
            replace(LICENCE, changes=(Change(ChangeKind.SUSPENDED, MAY),)),
            JUNE,
            "approval-suspended",
            ("from_on", MAY),
        ),
        (
            replace(
                LICENCE,
                changes=(
                    Change(ChangeKind.SUSPENDED, FIRST),
                    Change(ChangeKind.WITHDRAWN, JUNE),
                    Change(ChangeKind.WITHDRAWN, MAY),
                    Change(ChangeKind.WITHDRAWN, LAST),
                ),
            ),
            JUNE,
            "approval-withdrawn",
            ("from_on", MAY),
        ),
    ],
)
def test_the_reason_names_its_own_day(held, on, reason, day):
    (finding,) = authority_findings(SWISS, DOSING, [held], on)
    assert finding.reason == reason
    assert {name: value for name, value in finding.values.items() if name != "title"} == dict([day])


def test_a_kind_is_found_by_its_own_code():
    codes = [kind.code for kind in SWISS.kinds]
    assert [SWISS.kind(code).code for code in codes] == codes
    assert SWISS.kind("no-such-licence") is None
