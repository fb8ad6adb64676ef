"""Every reason an eligibility criterion can give, and the values that always come with it.

The sentence of a reason may use these values and no others: what is only sometimes there would
leave a gap in a sentence that somebody reads before they decide.
"""

from collections.abc import Mapping

_LIMIT = ("limit", "limit_value", "unit", "value")
_CONFLICT = ("place", "other_place")

REASONS: Mapping[str, tuple[str, ...]] = {
    # Whatever the kind of criterion
    "not-asked": (),
    "answers-conflict": _CONFLICT,
    "answer-in-the-future": (),
    "answer-unreadable": (),
    "date-in-the-future": (),
    "answer-undated": (),
    "answer-stale": ("valid_days",),
    "limit-unsigned": ("limit", "limits"),
    # For whom it is meant
    "not-applicable": (),
    "not-applicable-by-sex": ("sex",),
    "not-of-childbearing-potential": (),
    "childbearing-unknown": (),
    # Who it is
    "is-living": (),
    "has-died": (),
    "old-enough": ("age_years", "at_least"),
    "is-a-child": ("age_years", "at_least"),
    # Questions and choices
    "answered-so": (),
    "answered-otherwise": (),
    "choice-accepted": ("answer",),
    "choice-excludes": ("answer",),
    "history-recorded": (),
    # Numbers
    "at-or-above-limit": _LIMIT,
    "below-limit": _LIMIT,
    "at-or-below-limit": _LIMIT,
    "above-limit": _LIMIT,
    # Time
    "long-enough": ("began_on", "reached_on", "months"),
    "too-short-so-far": ("began_on", "reached_on", "months"),
    "never": (),
    "still-so": (),
    "too-recent": ("last_on", "clear_on", "months"),
    "long-enough-ago": ("last_on", "clear_on", "months"),
    # Diagnoses and conditions
    "diagnosis-confirmed": (),
    "diagnosis-not-met": (),
    "recorded-not-confirmed": (),
    "condition-absent": (),
    "condition-managed": (),
    "condition-not-managed": ("question",),
    "severe": (),
    "not-severe": ("answer",),
    "moderate-in-remission": (),
    "moderate-not-in-remission": (),
    "recorded-severity-unknown": (),
    "physician-to-weigh": ("conditions",),
    "physician-accepts": (),
    "physician-excludes": (),
    # Pregnancy
    "is-pregnant": (),
    "test-positive": (),
    "test-negative": (),
    # Several readings
    "pressure-controlled": ("high", "readings", "required", "systolic", "diastolic"),
    "pressure-uncontrolled": ("high", "readings", "required", "systolic", "diastolic"),
    "too-few-readings": ("high", "readings", "required", "systolic", "diastolic"),
    "answer-stale-or-missing": (),
    "ceiling-unknown": ("highest_ms",),
    "qtc-in-range": ("highest_ms", "limit_value"),
    "qtc-to-repeat": ("highest_ms", "limit_value"),
    "qtc-not-repeated": ("highest_ms", "limit_value"),
    "qtc-prolonged": ("highest_ms", "above", "limit_value"),
}

_TAKEN = ("medicine", "ingredient", "drug_class")
_LAST = (*_TAKEN, "last_taken_on")

MEDICINE_REASONS: Mapping[str, tuple[str, ...]] = {
    # Taking it, or having stopped
    "still-taken": (*_TAKEN, "washout_days"),
    "still-taken-no-washout-known": _TAKEN,
    "still-taken-contraindicated": _TAKEN,
    "still-taken-unknown": _TAKEN,
    "taken-today": _LAST,
    "last-taken-unknown": _TAKEN,
    "last-taken-in-the-future": _LAST,
    "current-but-last-taken-long-ago": _LAST,
    "washout-running": (*_LAST, "until", "washout_days"),
    "washout-over": (*_LAST, "since", "washout_days"),
    "washout-limit-not-signed": (*_LAST, "limits"),
    # Going on with it
    "no-longer-taken": _TAKEN,
    "no-interaction-expected": _TAKEN,
    "continue-and-monitor": _TAKEN,
    "continue-with-caution": _TAKEN,
    "hold-around-session": (*_TAKEN, "washout_days"),
    # What a person must decide, or find out
    "individual-decision": _TAKEN,
    "no-rule-for-this-medicine": _TAKEN,
    "not-matched": ("medicine",),
    "code-and-name-disagree": ("medicine",),
    "reviewed": ("medicine",),
    "stopped-long-ago": ("medicine",),
    # All of them together
    "two-qt-medicines": ("ingredients",),
    "perhaps-two-qt-medicines": ("ingredients",),
    "list-complete": ("entries",),
    "list-incomplete": ("entries",),
    "list-not-confirmed": ("entries",),
    "nobody-asked": ("entries",),
    "answers-conflict": ("entries",),
}
"""Every reason that the finding of a medicine can give, and the values that come with it."""

STOPPING_REASONS: tuple[str, ...] = (
    "taper-with-the-prescriber",
    "finish-the-antibiotic",
    "resistance-develops",
    "withdrawal",
    "withdrawal-seizures",
    "seizures-return",
    "relapse-without-a-psychiatrist",
    "blood-pressure-rebounds",
    "rhythm-returns",
    "clots",
)
"""Why a medicine must not be stopped at once. Its sentence, ``stop-...``, fills ``{stop}``."""

PLAN_REASONS: tuple[str, ...] = (
    "sodium",
    "qt",
    "raises-mdma",
    "unopposed-alpha",
    "hold-night-before",
    "bleeding",
    "prodrug-fails",
    "accumulates",
)
"""What the team plans for with a medicine. Their sentences, ``plan-...``, fill ``{plan}``."""
