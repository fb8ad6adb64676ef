"""The words of break-glass: reasons, verdicts of a review, and how an opening stands."""

from django.utils.translation import gettext_lazy as _

from holdfast.domain.glass import Match, Review, Verdict

REASONS = {
    "danger-to-life": _("Danger to life or of serious harm"),
    "cannot-speak": _("The person cannot speak for themselves"),
    "medicine-now": _("A medicine has to be given or withheld now"),
    "danger-to-others": _("Danger to somebody else"),
    "other": _("Another emergency"),
}
VERDICTS = {
    Verdict.JUSTIFIED: _("Justified"),
    Verdict.NOT_JUSTIFIED: _("Not justified"),
}
# The same to the person whose record it is.
PLAIN_REASONS = {
    "danger-to-life": _("They wrote that your life or health was in danger."),
    "cannot-speak": _("They wrote that you could not speak for yourself."),
    "medicine-now": _("They wrote that they had to decide about a medicine at once."),
    "danger-to-others": _("They wrote that somebody else was in danger."),
    "other": _("They wrote that it was another emergency."),
}
PLAIN_VERDICTS = {
    Verdict.JUSTIFIED: _("Checked: it was right to open it."),
    Verdict.NOT_JUSTIFIED: _("Checked: it was not right to open it."),
}
WAYS = {"name": _("by name and date of birth"), "number": _("by record number")}
STATES = {
    Review.WAITING: _("waits for a review"),
    Review.OVERDUE: _("the review is overdue"),
    Review.DONE: _("reviewed"),
}
MISSES = {
    Match.NOBODY: _("nobody was found"),
    Match.SEVERAL_RECORDS: _("one person with several records was found"),
    Match.SEVERAL_PEOPLE: _("several people fitted, and none was told"),
}
NOT_FOUND = {
    Match.NOBODY: _(
        "Nobody is found by exactly this. Look at the spelling and the date, or write the number."
    ),
    Match.SEVERAL_RECORDS: _(
        "This person has several records. Write the number of the one: %(numbers)s"
    ),
    Match.SEVERAL_PEOPLE: _("This does not tell who it is. Write the record number."),
}
