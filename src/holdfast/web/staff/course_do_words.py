"""Words for what is chosen about a course: reasons, turns, tries, what is settled."""

from django.utils.translation import gettext_lazy as _

TURNS = {
    "paused": _("Pause"),
    "resumed": _("Go on after a pause"),
    "stage-entered": _("Enter a stage"),
    "treatment-stopped": _("Stop the treatment; follow-up goes on"),
    "lost": _("Cannot be reached any more"),
    "found-again": _("Reached again"),
    "completed": _("Completed"),
}
REASONS = {
    "adverse-event": _("An adverse event"),
    "allocated": _("Allocated to it"),
    "blind-opened": _("The blind was opened"),
    "cancelled-by-person": _("The person cancelled"),
    "cancelled-by-site": _("The site cancelled"),
    "change-asked": _("Another therapist was asked for"),
    "completed": _("Completed"),
    "consent-withdrawn": _("Consent was taken back"),
    "did-not-come": _("The person did not come"),
    "died": _("The person died"),
    "entered-in-error": _("Entered in error"),
    "first-pair": _("The first pair"),
    "ill": _("Ill"),
    "illness": _("Illness"),
    "last-visit-held": _("The last visit was held"),
    "left-the-site": _("Left the site"),
    "long-absence": _("Away for long"),
    "lost": _("Cannot be reached"),
    "moved-away": _("Moved away"),
    "no-answer": _("No answer"),
    "no-other-day": _("No other day is possible"),
    "not-possible": _("Not possible"),
    "other": _("Another reason"),
    "other-visit": _("It was another visit"),
    "person-asked": _("The person asked"),
    "person-came": _("The person came"),
    "physician-decided": _("A physician decided"),
    "postponed": _("Postponed"),
    "pregnancy": _("Pregnancy"),
    "protocol": _("The protocol asks for it"),
    "protocol-allows-it": _("The protocol allows it"),
    "reached": _("Reached"),
    "reason-over": _("The reason is over"),
    "recurrence": _("It came back, by the protocol's rule"),
    "risk-accepted-with-person": _("The risk was weighed with the person"),
    "room-lost": _("The room cannot be used"),
    "safety": _("Safety"),
    "site": _("The site"),
    "site-closes": _("The site closes"),
    "sponsor-agreed": _("The sponsor agreed"),
    "staff-away": _("Somebody of the staff is away"),
    "stopped": _("The treatment was stopped"),
    "will-be-held": _("It will be held after all"),
}
CHANNELS = {
    "call": _("A call"),
    "message": _("A message"),
    "email": _("An email"),
    "letter": _("A letter"),
    "visit": _("A visit"),
    "contact-person": _("Through the contact they named"),
}
ATTEMPTED = {
    "reached": _("Reached"),
    "no-answer": _("No answer"),
    "message-left": _("A message was left"),
    "wrong-number": _("The number is wrong"),
    "returned": _("It came back"),
}
SIDES = {"patient": _("The person"), "therapist": _("A therapist")}
HOW = {"seen": _("Seen here"), "told": _("Told to us"), "document": _("From a document")}
LETTERS = {
    "referrer": _("Who referred them"),
    "prescriber": _("Who prescribes for them"),
    "general-practitioner": _("Their general practitioner"),
    "person": _("The person"),
}
SETTLED = {
    "restarted": _("Restarted"),
    "restart-planned": _("Will be restarted"),
    "stays-without": _("Stays without"),
    "never-tapered": _("Never tapered"),
    "not-settled": _("Not settled yet"),
    "referrer": _("Who referred them"),
    "own-clinic": _("This clinic"),
    "other-clinic": _("Another clinic"),
    "declined": _("Declined by the person"),
    "none-needed": _("None is needed"),
    "told": _("Told"),
    "planned": _("Will be told"),
    "does-not-apply": _("Does not apply"),
}
TAKEN = {
    "lead": _("the lead therapist"),
    "second": _("the second therapist"),
    "physician": _("the physician"),
    "room": _("the room"),
    "person": _("the person"),
    "second therapist": _("the second therapist"),
}
