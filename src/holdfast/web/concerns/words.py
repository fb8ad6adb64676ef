"""The words of the path of concerns, at an eighth-grade level."""

from django.utils.translation import gettext_lazy as _

WHOM = {
    "": _("I would rather not say"),
    "therapist": _("A therapist"),
    "doctor": _("A doctor or nurse"),
    "staff": _("Somebody else who works here"),
    "other": _("Somebody else"),
}
ANSWER = {
    "here": _("I will come back here with my seven words"),
    "contact": _("Write to me or call me"),
    "none": _("I do not need an answer"),
}
OUTCOMES = {
    "no-ground-found": _("No ground was found"),
    "advice-given": _("Advice was given"),
    "settled-with-site": _("Settled with the site"),
    "changes-required": _("The site must change something"),
    "passed-to-authority": _("Passed on to an authority"),
    "withdrawn-by-reporter": _("The person who raised it took it back"),
}
SEATS = {
    "first": _("First outside recipient"),
    "second": _("Second outside recipient"),
    "ethics": _("Contact of the ethics committee"),
}
GROUNDS = {
    "licence": _("A licence or registration"),
    "training": _("Training or certificate"),
    "absence": _("Leave or absence"),
    "employment": _("Employment"),
    "other": _("Another reason"),
}
TESTED = {
    "recipients-missing": _("Two recipients are not named, or have not begun."),
    "recipients-not-tested": _("Not tested."),
    "test-expired": _("The last test is too old."),
    "clock-does-not-fit": _("The clock does not fit; a test lies ahead of now."),
    "recipients-tested": _("Both have acknowledged a test."),
}
PAUSED = _(
    "Your assignments at this site are paused. Speak to the administrator of your organisation."
)
