"""Words of the clinical records, in the reader's language."""

from django.utils.translation import gettext_lazy as _

CANCELLED = {
    "not-needed": _("It is not needed any more"),
    "ordered-twice": _("It was ordered twice"),
    "person-declined": _("The person does not want it"),
    "could-not-be-taken": _("It could not be taken"),
    "entered-in-error": _("It was ordered in error"),
    "other": _("Another reason"),
}
TESTS = {
    "laboratory": _("Laboratory"),
    "ecg": _("12-lead ECG"),
    "rhythm-strip": _("Rhythm strip"),
    "pregnancy-test": _("Pregnancy test"),
    "urine-drug-screen": _("Urine drug screen"),
}
ANALYTES = {
    "potassium": _("Potassium, serum or plasma"),
    "sodium": _("Sodium, serum or plasma"),
    "creatinine": _("Creatinine, serum or plasma"),
    "alt": _("ALT"),
    "ast": _("AST"),
    "gfr": _("eGFR (CKD-EPI 2021)"),
    "qt": _("QT interval, as read"),
    "heart-rate": _("Heart rate on the ECG"),
    "qtcf": _("QTcF, derived (Fridericia)"),
    "ecg-reading": _("What the ECG shows"),
    "hcg-urine": _("hCG, urine"),
    "hcg-serum": _("hCG, serum or plasma"),
    "amphetamines-urine": _("Amphetamines, urine"),
    "cocaine-urine": _("Cocaine (benzoylecgonine), urine"),
    "cannabinoids-urine": _("Cannabinoids, urine"),
}
FINDINGS = {
    "normal": _("Normal"),
    "abnormal-not-significant": _("Abnormal, not clinically significant"),
    "abnormal-significant": _("Abnormal, clinically significant"),
    "negative": _("Negative"),
    "positive": _("Positive"),
    "not-clear": _("Not clear"),
}
ALARMS = {
    "result-critical": _("A critical result"),
    "review-overdue": _("Results nobody has reviewed in time"),
    "call-missed": _("A call after a session was missed"),
    "pack-unaccounted": _("A pack of paper of a session is not accounted for"),
}
# What to do, in order; our own wording. The page that went out is answered on the page of duty.
STEPS = {
    "result-critical": [
        _("Read the result below and make sure whose it is."),
        _("Speak with the person now, or call their contact."),
        _("Decide what is done, and review and sign the result."),
    ],
    "review-overdue": [
        _("Ask whether the report has come; write it in."),
        _("Review it and sign, or order it again."),
    ],
    "call-missed": [
        _("Call again now, by every number they gave."),
        _("Call the contact below, where the person permits it."),
        _("Nobody reached: read the safety plan, and decide with the physician on call who goes."),
        _("In danger of life: the emergency service, at once."),
    ],
    "pack-unaccounted": [
        _("Find every page of the pack; its number is on the page of the session's paper."),
        _("Type in what was written on it, or say that nothing was, and settle the pack there."),
        _("Not found: say that it is lost. A lost page may hold what somebody wrote of a person."),
    ],
}
SOURCES = {
    "taper": _("While a medicine was tapered"),
    "call": _("Told in a call"),
    "visit": _("Told or seen at a visit"),
    "session": _("A dosing session"),
    "new-medicine": _("A new medicine"),
    "laboratory": _("Laboratory or ECG"),
    "person": _("Written by the person"),
    "other": _("Another way"),
}
INTENSITIES = {
    "mild": _("Mild"),
    "moderate": _("Moderate"),
    "severe": _("Severe"),
    "not-known": _("Not known"),
}
RELATIONS = {
    "partner": _("Partner"),
    "family": _("Family"),
    "friend": _("Friend"),
    "clinician": _("Clinician"),
    "other": _("Somebody else"),
}
JUDGES = {"person": _("The person"), "therapist": _("I, as therapist")}
JUDGE_SHOWN = {"person": _("The person"), "therapist": _("A therapist")}
NOTES = {
    "visit": _("Visit"),
    "contact": _("Contact"),
    "medical": _("Medical"),
    "handover": _("Handover"),
}
TREATMENTS = {
    "medicine": _("A medicine"),
    "psychotherapy": _("A psychotherapy"),
    "hospital": _("A hospital stay"),
    "other": _("Something else"),
}
SUBSTANCES = {
    "mdma": _("MDMA"),
    "psilocybin": _("Psilocybin"),
    "lsd": _("LSD"),
    "ayahuasca": _("Ayahuasca or DMT"),
    "mescaline": _("Mescaline"),
    "ketamine": _("Ketamine"),
    "other": _("Another"),
}
HOW_KNOWN = {
    "told": _("The person said so"),
    "document": _("From a document"),
    "estimated": _("Estimated, the highest that it may be"),
}
SETTLED = {"adverse-event": _("An adverse event"), "dismissed": _("Dismissed")}
DISMISSALS = {
    "not-adverse": _("It was not adverse"),
    "known-before": _("It was there before the treatment, and no worse"),
    "entered-in-error": _("It was entered in error"),
    "same-as-another": _("Another entry tells of the same"),
    "other": _("Another reason: say which"),
}
RESTART_BY = {
    "prescriber": _("Who prescribes it outside"),
    "site-physician": _("The physician of the site"),
    "both": _("Both together"),
}
TURNS = {
    "finished": _("It is finished: the last dose was taken"),
    "stopped": _("It was broken off"),
    "dosing-postponed": _("The session was postponed: restarting must be decided"),
    "stays-without": _("Decided: the person stays without it"),
    "restarted": _("Decided: it is started again"),
}
PURPOSES = {
    "after-dosing": _("After a session"),
    "safety": _("Safety"),
    "taper": _("While a medicine is tapered"),
    "follow-up": _("Follow-up"),
    "other": _("Another reason"),
}
WAYS = {"telephone": _("Telephone"), "video": _("Video")}
OUTCOMES = {
    "spoke": _("We spoke"),
    "no-answer": _("Nobody answered"),
    "message-left": _("A message was left"),
}
SAFETY = {
    "safe": _("They are safe"),
    "stayed-on-the-line": _("They were not; somebody stayed on the line until they were"),
    "handed-over": _("They were handed over to somebody who is with them"),
    "emergency-called": _("The emergency service was called"),
    "not-spoken-yet": _("Not spoken yet"),
}
QUESTIONS = {
    "how-are-you": _("How are you, in your own words?"),
    "sleep": _("How did you sleep?"),
    "thoughts-of-death": _("Have you had thoughts of dying or of hurting yourself?"),
    "anything-untoward": _("Has anything been wrong with you since we last spoke?"),
    "new-medicines": _("Have you taken anything new, or left anything out?"),
    "company": _("Who is with you, or could be?"),
}
CHECKLISTS = {
    "end-of-preparation": _("End of preparation"),
    "morning-after": _("The day after a session"),
    "close-out": _("End of the course"),
}
ITEMS = {
    "knows-the-day": _("They know how the day of the session goes, hour by hour."),
    "knows-what-is-agreed": _(
        "What is agreed for the session was read once more, with the stop-word."
    ),
    "medicines-checked": _("Every medicine was asked about again, those without prescription too."),
    "company-home": _("Somebody takes them home, and their name is known."),
    "safety-plan-read": _("The safety plan was read together."),
    "safe": _("They are safe, and said so themselves."),
    "slept-and-ate": _("Sleep and food were asked about."),
    "not-alone": _("They are not alone, or chose to be."),
    "events-asked": _("It was asked openly whether anything was wrong."),
    "next-call-known": _("They know when the next call is, and the number for any hour."),
    "medicines-settled": _("It is settled who decides on each medicine from now on."),
    "care-continues": _("They know who cares for them next, and that person knows too."),
    "events-followed": _("Everything open among possible adverse events has an owner."),
    "goals-looked-at": _("Their goals were looked at together for the last time."),
    "told-what-is-told": _(
        "They know when they learn of results, and of the arm where there is one."
    ),
}
DONE = {"yes": _("Yes"), "no": _("No"), "n/a": _("Does not apply")}
YES_NO = {True: _("Yes"), False: _("No"), None: _("Not known")}
