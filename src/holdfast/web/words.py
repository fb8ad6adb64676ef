"""Words for codes, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from holdfast.definitions.roles import roles
from holdfast.domain.findings import Decision, Standing

ROLES = {
    "coordinator": _("Coordinator"),
    "therapist": _("Therapist"),
    "physician": _("Physician"),
    "pharmacist": _("Pharmacist"),
    "rater": _("Independent rater"),
    "monitor": _("Monitor"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
    "patient": _("Patient"),
}
DECISIONS = {
    Decision.ELIGIBLE: _("Eligible"),
    Decision.INELIGIBLE: _("Ineligible"),
    Decision.UNDETERMINED: _("Undetermined"),
}
STANDING_WORDS = {
    Standing.VERIFIED: _("Read in the cited source. It may decide."),
    Standing.DERIVED: _("Arithmetic on verified numbers. It may decide."),
    Standing.SECONDARY: _("Seen in a source that cites the first one. It needs a signature."),
    Standing.FROM_MEMORY: _("Must be checked against the first source. It needs a signature."),
    Standing.NOT_FOUND: _("Looked for; no public number exists. It needs a signature."),
    Standing.SIGNED: _("A named physician signed it for this site. It may decide."),
}
PERMISSIONS = {
    "worklist.see": _("See who waits for what at the site."),
    "referral.import": _("Open a referral, from a document or by hand."),
    "referral.see": _("See who a referred person is and what their referral says."),
    "answer.record": _("Record or correct an answer, a medicine or a condition."),
    "verdict.see": _("See a verdict with its findings."),
    "verdict.confirm": _("Confirm a verdict with a signature."),
    "verdict.override": _("Set a finding aside where the protocol allows it, with a signature."),
    "limit.see": _("See the limits of a protocol and which are signed for the site."),
    "limit.sign": _("Sign a limit for the site."),
    "prescreening.see": _("See the pre-screening log and the flow drawn from it."),
    "prescreening.record": _("Write a line of the pre-screening log."),
    "journal.see": _("Read the journal of an enrollment or a site."),
    "access.see": _("See who holds which role."),
    "access.manage": _("Open accounts, give and end roles."),
    "site.manage": _("Open a site and set its operational targets."),
    "conflict.settle": _("See and settle entries that came twice with different content."),
}


def permission_words(code: str) -> Any:
    """What a permission lets a person do."""
    return PERMISSIONS.get(code) or roles().permissions[code]
