"""Words for codes, in the reader's language.

Words that stand in a definition (roles, permissions) are looked up in the same catalogs as ours.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from holdfast.definitions.roles import roles
from holdfast.domain.findings import Decision, Standing

DECISIONS = {
    Decision.ELIGIBLE: _("Eligible"),
    Decision.INELIGIBLE: _("Ineligible"),
    Decision.UNDETERMINED: _("Undetermined"),
}
# How a signer showed who they are, beside every signature.
PROOF_WORDS = {
    "password": _("shown by login name and password"),
    "passkey": _("shown by passkey"),
    "pin": _("shown by PIN, after a first signature with all"),
}
MEANINGS = {
    "checked-who-this-is": _("attests who this person is, after checking it"),
    "witnessed-who-this-is": _("attests, as a witness, who this person is"),
    "shares-own-words": _("shares own words with the roles named"),
    "opens-in-emergency": _("opens this record in an emergency"),
    "reviews-emergency": _("reviews an emergency opening"),
    "reviews-access": _("reviews who holds which role"),
    "signs-operational-time": _("signs an operational time of the site"),
    "erases-words": _("erases a person's words"),
    "signs-retention": _("signs how long this site keeps words"),
    "confirms-verdict": _("confirms this verdict"),
    "cannot-be-decided-today": _("states that it cannot be decided today, because of what is open"),
    "overrides-finding": _("sets a finding aside"),
    "signs-limit": _("signs this number for the site"),
    "signs-personal-limit": _("signs this number for one person and one session"),
    "authorises-dose": _("asked the gate before this dose, and it was open"),
    "authorises-release": _("asked the gate before this release, and it was open"),
    "closes-session": _("closes this dosing session"),
    "makes-custody-notice": _("made this notice, form or inventory"),
    "orders-doses-of-session": _("orders the doses of one session"),
    "orders-dose": _("orders this dose"),
    "typed-from-paper": _("typed this in from paper as it stands there"),
    "wrote-on-paper": _("wrote this on paper, and it was typed in as written"),
    "puts-consent-in-force": _("puts this consent document in force for the site"),
    "consents": _("consents to what this document says"),
    "talked-consent-over": _("attests the conversation, who the person is, and their consent"),
    "records-paper-consent": _("attests the paper that was signed, and its witness"),
    "records-jurisdiction": _("records under which law the site works"),
    "records-approval": _("records this approval"),
    "changes-approval": _("records what befell this approval"),
}
PARTS = {
    "night": _("at night"),
    "morning": _("in the morning"),
    "afternoon": _("in the afternoon"),
    "evening": _("in the evening"),
}
HANDED_OUT = {
    "own-copy": _("The person's own copy of the record"),
    "verdict-pdf": _("The verdict on paper"),
    "session-report": _("The report of a session on paper"),
}
# The same to the person whose record it is: what, and for whom.
PLAIN_HANDED_OUT = {
    ("own-copy", "person"): _("A copy of your record, made for you"),
    ("own-copy", "staff"): _("A copy of your record, made for the clinic"),
    ("verdict-pdf", "person"): _("What the clinic found about you, on paper, made for you"),
    ("verdict-pdf", "staff"): _("What the clinic found about you, on paper, made for the clinic"),
    ("session-report", "staff"): _(
        "What was written in a session of yours, on paper, made for the clinic"
    ),
}
STANDING_WORDS = {
    Standing.VERIFIED: _("Read in the cited source. It may decide."),
    Standing.DERIVED: _("Arithmetic on verified numbers. It may decide."),
    Standing.SECONDARY: _("Seen in a source that cites the first one. It needs a signature."),
    Standing.FROM_MEMORY: _("Must be checked against the first source. It needs a signature."),
    Standing.NOT_FOUND: _("Looked for; no public source was found. A number needs a signature."),
    Standing.SIGNED: _("A named physician signed it for this site. It may decide."),
}


def role_title(code: str) -> str:
    """What a role is called."""
    return gettext(roles().titles.get(code, code))


def permission_words(code: str) -> str:
    """What a permission lets a person do."""
    return gettext(roles().permissions[code])
