"""The words of breaking the blind: reasons, who learned and how, guesses and locks. None names an arm."""

from django.utils.translation import gettext_lazy as _

from holdfast.domain.unblinding import Outcome, Verdict

REASONS = {
    "treatment-depends": _("Treatment now depends on what was given"),
    "life-threatening": _("Danger to life"),
    "overdose-suspected": _("An overdose is suspected"),
    "interaction-suspected": _("An interaction is suspected"),
    "another-was-exposed": _("Somebody else took it: a child, an unborn"),
    "other": _("Another emergency"),
}
SAFETY_REASONS = {
    "expedited-report": _("A reaction that must be reported fast"),
    "signal-assessment": _("A safety signal is looked into"),
    "authority-asked": _("An authority asked"),
    "pregnancy-report": _("A pregnancy"),
}
LEARNERS = {
    "participant": _("The participant"),
    "therapist": _("A therapist"),
    "rater": _("A rater"),
    "physician": _("A physician"),
    "pharmacist": _("A blinded pharmacist"),
    "coordinator": _("A coordinator"),
    "monitor": _("A monitor"),
    "sponsor": _("Somebody at the sponsor"),
    "statistician": _("A blinded statistician"),
    "relative": _("Somebody close to the participant"),
    "other": _("Somebody else"),
}
WAYS = {
    "effects": _("From what was felt or seen"),
    "said-by-participant": _("The participant said it"),
    "said-by-staff": _("Somebody of the staff said it"),
    "kit-or-label": _("From a kit, a label or a capsule"),
    "document": _("From a paper or a file"),
    "message": _("From a letter, e-mail or message"),
    "screen": _("From a screen"),
    "laboratory": _("From a laboratory result"),
    "stock": _("From stock or deliveries"),
    "other": _("Otherwise"),
}
VERDICTS = {
    Verdict.NEEDED.value: _("It was needed"),
    Verdict.NOT_NEEDED.value: _("It was not needed"),
}
OUTCOMES = {
    Outcome.SHOWN.value: _("shown once"),
    Outcome.NOT_RANDOMIZED.value: _("nobody had randomized this person"),
    Outcome.NOT_READABLE.value: _("could not be read"),
}
SEATS = {
    "sponsor": _("Sponsor"),
    "medical-monitor": _("Medical monitor"),
    "ethics-board": _("Ethics board"),
}
LOCK_REASONS = {
    "follow-up-complete": _("The follow-up is complete"),
    "person-complete": _("This person is complete"),
    "interim-analysis": _("An interim analysis"),
    "study-ended": _("The study has ended"),
}
LIFT_REASONS = {
    "error-found": _("An error was found in the data"),
    "late-safety-data": _("Safety data came late"),
    "authority-asked": _("An authority asked"),
    "locked-by-mistake": _("Locked by mistake"),
}
PLANNED_REASONS = {
    "study-ended": _("The study has ended"),
    "person-complete": _("This person is complete"),
    "stage-ended": _("The blinded stage has ended"),
}
PURPOSES = {
    "interim-analysis": _("Interim analysis"),
    "safety-board": _("Safety board"),
    "final-analysis": _("Final analysis"),
    "authority-asked": _("An authority asked"),
}
GUESSERS = {
    "participant": _("The participant's"),
    "therapist": _("My own, as a therapist"),
    "rater": _("My own, as a rater"),
}
MOMENTS = {
    "after-first-session": _("After the first session"),
    "before-unblinding": _("Before the blind is opened"),
}
GUESS_REASONS = {
    "effects-felt": _("What was felt"),
    "effects-seen": _("What was seen"),
    "no-effects": _("That nothing was felt or seen"),
    "change-in-symptoms": _("How the symptoms changed"),
    "something-said": _("Something that was said"),
    "chance": _("A mere guess"),
    "other": _("Something else"),
}
NO_GUESS_REASONS = {
    "declined": _("No guess: would not say"),
    "not-reachable": _("No guess: could not be reached"),
    "never-met": _("No guess: never met this person"),
    "was-told": _("No guess: was told the arm"),
}
