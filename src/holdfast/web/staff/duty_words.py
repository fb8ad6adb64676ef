"""The words of duty: posts, reasons, answers, channels and conditions."""

from django.utils.translation import gettext_lazy as _

POSTS = {
    "first": _("First"),
    "second": _("Second"),
    "physician-on-call": _("Physician on call"),
    "site-lead": _("Site lead"),
    "outside-monitor": _("Outside monitor"),
}
REASONS = {
    "come-now": _("Come now"),
    "call-back": _("Call back"),
    "are-you-reachable": _("Are you reachable?"),
}
ANSWERS = {
    "coming": _("I am coming"),
    "spoke": _("I called back"),
    "reachable": _("I am reachable"),
    "cannot": _("I cannot: page the next person"),
}
# Pages that the product itself asks for, and what answers them.
TOLD = {
    "glass-broken": _("A record was opened in an emergency"),
    "result-critical": _("A critical result of somebody in a course"),
    "review-overdue": _("Results of somebody in a course wait for a review"),
    "call-missed": _("A call after a session was missed"),
    "pack-unaccounted": _("A pack of paper of a session is not accounted for"),
    "custody-unconfirmed": _("One person moved a controlled drug alone; nobody has confirmed it"),
    "custody-unsettled": _("A discrepancy of a controlled drug is not settled"),
    "session-alarm-notify": _("Something to know of a dosing session"),
    "session-alarm-urgent": _("Something urgent in a dosing session"),
    "session-alarm-emergency": _("An emergency in a dosing session"),
}
SEEN = {"seen": _("I have seen it"), "cannot": ANSWERS["cannot"]}
CHANNELS = {
    "email": _("E-mail"),
    "sms": _("Text message"),
    "voice": _("Telephone call"),
    "pager": _("Pager"),
}
CONDITIONS = {
    "roster-empty": _("Nobody is on duty. A page goes to everybody who can be reached at all."),
    "times-unsigned": _(
        "The times of paging are not signed. A page goes to everybody on duty at once."
    ),
    "no-channel": _("On duty without a channel: only this page reaches them."),
    "channel-untested": _("On duty with a channel that was not tested within a day."),
    "nobody-answered": _("Nobody has answered a page."),
}
REACHABLE = {
    "answered-in-time": _("reachable"),
    "answer-expired": _("the last answer is too long ago"),
    "not-answered-in-time": _("let the last page pass unanswered"),
    "cannot-come": _("answered that they cannot come"),
    "not-answered-yet": _("paged, not answered yet"),
    "nobody-asked": _("not known: nobody has paged them"),
    "times-unsigned": _("not known: the times are not signed"),
}
WEEKDAYS = [
    ("1", _("Mon")),
    ("2", _("Tue")),
    ("3", _("Wed")),
    ("4", _("Thu")),
    ("5", _("Fri")),
    ("6", _("Sat")),
    ("7", _("Sun")),
]
