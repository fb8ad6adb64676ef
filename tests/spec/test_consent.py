"""Consent: when it stands, and what somebody under the drug may still say.

Each page is a table of what happened, by the hour after the document was given.
"""

from datetime import UTC, datetime, timedelta

import pytest

from holdfast.domain.consent import (
    Agreement,
    ConsentRequired,
    ConsentStep,
    ImpairmentStep,
    Step,
    consent_findings,
    impairments,
    may_agree,
    may_sign,
)
from holdfast.domain.findings import Outcome, Reference, Standing

GIVEN_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIGNED_HERE = Reference("Signed by a physician of the site", "docs/consent.md")
WORDS = {
    "document given": Step.DOCUMENT_GIVEN,
    "talked over": Step.CONVERSATION_HELD,
    "identity checked": Step.IDENTITY_CHECKED,
    "every question right": Step.COMPREHENSION_SHOWN,
    "person signed": Step.SIGNED_BY_PERSON,
    "clinician signed": Step.SIGNED_BY_CLINICIAN,
}


def _hour(text):
    return GIVEN_AT + timedelta(hours=float(text))


def _rows(table):
    lines = [line for line in table.splitlines() if line.strip() and not set(line) <= set(" -+")]
    return [[cell.strip() for cell in line.split("|")] for line in lines[1:]]


@pytest.fixture
def consent_spec():
    """Judge the consent of a table at an hour, and hold it to what still stands in the way."""

    def judge(table, *, at_hour, stands_in_the_way, hours_to_consider=24, version="1"):
        rows = _rows(table)
        happened = [(_hour(hour), what, of) for hour, what, of in rows]
        doses = {"dose": True, "found not impaired": False}
        found = consent_findings(
            ConsentRequired(
                version, timedelta(hours=hours_to_consider), SIGNED_HERE, Standing.SIGNED
            ),
            [ConsentStep(WORDS[what], of, at, "who") for at, what, of in happened if what in WORDS],
            impairments(
                ImpairmentStep(doses[what], at) for at, what, _of in happened if what in doses
            ),
            withdrawn_at=next((at for at, what, _of in happened if what == "taken back"), None),
            now=_hour(at_hour),
        )
        assert {f.code: f.reason for f in found if f.outcome is not Outcome.PASSED} == (
            stands_in_the_way
        )

    return judge


WHOLE = """
    hour | what                 | version
    -----+----------------------+--------
       0 | document given       | 1
       2 | talked over          | 1
       2 | identity checked     | 1
      20 | every question right | 1
      25 | person signed        | 1
      26 | clinician signed     | 1
    """


def test_the_whole_way_stands(consent_spec):
    """A document given, talked over, understood and considered, then signed by both."""
    consent_spec(WHOLE, at_hour=27, stands_in_the_way={})


def test_to_talk_again_after_signing_takes_nothing_away(consent_spec):
    """A question in the middle of the course is talked over, and the consent goes on to stand."""
    consent_spec(
        WHOLE + "    90 | talked over | 1\n    90 | identity checked | 1\n",
        at_hour=91,
        stands_in_the_way={},
    )


def test_time_to_consider_is_the_persons_own(consent_spec):
    """Somebody who signs after an hour had no night to sleep over it."""
    consent_spec(
        """
        hour | what                 | version
        -----+----------------------+--------
           0 | document given       | 1
         0.2 | talked over          | 1
         0.2 | identity checked     | 1
         0.8 | every question right | 1
           1 | person signed        | 1
           2 | clinician signed     | 1
        """,
        at_hour=3,
        stands_in_the_way={"consent-time-to-consider": "not-considered-long-enough"},
    )


def test_to_sign_and_understand_later_is_no_consent(consent_spec):
    """The questions come before the signature. Else it is a signature under something unread."""
    consent_spec(
        """
        hour | what                 | version
        -----+----------------------+--------
           0 | document given       | 1
           2 | talked over          | 1
           2 | identity checked     | 1
          25 | person signed        | 1
          26 | every question right | 1
          27 | clinician signed     | 1
        """,
        at_hour=28,
        stands_in_the_way={"consent-signed-by-person": "step-out-of-order"},
    )


def test_a_signature_under_the_drug_does_not_count(consent_spec):
    """It is on record, as everything that happened, and it opens no gate."""
    consent_spec(
        """
        hour | what                 | version
        -----+----------------------+--------
           0 | document given       | 1
           2 | talked over          | 1
           2 | identity checked     | 1
          20 | every question right | 1
          24 | dose                 |
          25 | person signed        | 1
          26 | clinician signed     | 1
          32 | found not impaired   |
        """,
        at_hour=40,
        stands_in_the_way={
            "consent-signed-by-person": "step-while-impaired",
            "consent-time-to-consider": "time-to-consider-unknown",
        },
    )


def test_a_new_version_is_asked_for_anew(consent_spec):
    """Who consented to version 1 is asked again before the next act that needs consent."""
    consent_spec(
        WHOLE,
        version="2",
        at_hour=27,
        stands_in_the_way={f"consent-{step.value}": "step-of-an-earlier-version" for step in Step}
        | {"consent-time-to-consider": "time-to-consider-unknown"},
    )


def test_consent_taken_back_is_back(consent_spec):
    """From that moment no gate opens, whatever was signed before."""
    consent_spec(
        WHOLE + "    30 | taken back |\n",
        at_hour=31,
        stands_in_the_way={f"consent-{step.value}": "step-missing" for step in Step}
        | {
            "consent-time-to-consider": "time-to-consider-unknown",
            "consent-withdrawal": "withdrawn",
        },
    )


@pytest.mark.parametrize(
    ("hour", "doses", "may"),
    [
        (1, [(0, "dose")], False),
        (30, [(0, "dose")], False),  # a day and a night are no finding
        (9, [(0, "dose"), (8, "found not impaired")], True),
        (9, [(0, "dose"), (2, "dose"), (8, "found not impaired")], True),
        (12, [(0, "dose"), (8, "found not impaired"), (11, "dose")], False),
        (12, [(0, "found not impaired"), (11, "dose")], False),
    ],
)
def test_from_a_dose_until_found_not_impaired_nothing_is_signed(hour, doses, may):
    """Only a finding ends it: no clock does, and the next dose begins it again."""
    spells = impairments(ImpairmentStep(what == "dose", _hour(at)) for at, what in doses)
    finding = may_sign(spells, _hour(hour), SIGNED_HERE)
    assert (finding.outcome is Outcome.PASSED) is may


@pytest.mark.parametrize(
    ("agreed", "said", "is_kept"),
    [
        ("hand, shoulder", "hand", True),
        ("hand", "", True),
        ("", "hand", False),
        ("hand", "hand, hug", False),
        ("hand", "shoulder", False),  # as much as before, but another thing
        (None, "hand", False),  # never talked over in preparation
        (None, "", True),
    ],
)
def test_under_the_drug_a_person_can_only_allow_less(agreed, said, is_kept):
    """What was not agreed sober does not happen, whoever asks for it and however gladly."""

    def codes(text):
        return frozenset(filter(None, (word.strip() for word in text.split(","))))

    before = None if agreed is None else Agreement("touch", codes(agreed))
    spells = impairments([ImpairmentStep(is_dose=True, at=_hour(0))])
    assert may_agree(before, Agreement("touch", codes(said)), spells, _hour(3)) is is_kept
