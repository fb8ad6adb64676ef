"""Addresses of one site's pages for staff."""

from django.urls import path

from holdfast.web.staff import (
    asking,
    authority,
    authority_check,
    authority_entry,
    decisions,
    duty,
    disclosures,
    entries,
    erasure,
    journal,
    limits,
    prescreening,
    referral,
    screening,
    worklist,
)

app_name = "staff"
PERSON = "people/<uuid:enrollment_id>/"

urlpatterns = [
    path("worklist/", worklist.page, name="worklist"),
    path("referrals/new/", referral.new, name="referral-new"),
    path("referrals/import/", referral.take_in, name="referral-import"),
    path(PERSON, screening.page, name="screening"),
    path(PERSON + "read/", referral.read, name="referral-read"),
    path(PERSON + "answers/<slug:question>/", entries.answer, name="answer"),
    path(PERSON + "ask/", asking.page, name="ask"),
    path(PERSON + "medications/", entries.medication, name="medication"),
    path(PERSON + "conditions/", entries.condition, name="condition"),
    path(PERSON + "correct/<slug:kind>/<uuid:fact_id>/", entries.correct, name="correct"),
    path(PERSON + "confirm/", decisions.confirm, name="confirm"),
    path(PERSON + "override/", decisions.set_aside, name="override"),
    path(PERSON + "verdicts/<uuid:verdict_id>/", decisions.shown_page, name="verdict-shown"),
    path(PERSON + "verdict.pdf", decisions.pdf, name="verdict-pdf"),
    path(PERSON + "journal/", journal.page, name="journal"),
    path(PERSON + "erasure/", erasure.page, name="erasure"),
    path(PERSON + "erasure/sign/", erasure.sign, name="erasure-sign"),
    path(PERSON + "disclosures/", disclosures.page, name="disclosures"),
    path(PERSON + "own-copy/", disclosures.own_copy, name="own-copy"),
    path("retention/<slug:place>/<slug:rule>/", erasure.sign_years, name="retention-sign"),
    path("limits/", limits.page, name="limits"),
    path("limits/<slug:protocol>/<slug:code>/", limits.sign, name="limit-sign"),
    path("authority/", authority.page, name="authority"),
    path("authority/check/", authority_check.page, name="authority-check"),
    path("authority/jurisdiction/", authority.jurisdiction, name="authority-jurisdiction"),
    path("authority/record/<slug:approval_kind>/", authority_entry.record, name="authority-record"),
    path(
        "authority/<uuid:approval_id>/correct/", authority_entry.correct, name="authority-correct"
    ),
    path("authority/<uuid:approval_id>/change/", authority_entry.change, name="authority-change"),
    path("prescreening/", prescreening.page, name="prescreening"),
    path("prescreening/record/", prescreening.record, name="prescreening-record"),
    path("duty/", duty.page, name="duty"),
    path("duty/page/", duty.call, name="duty-page"),
    path("duty/answer/", duty.answer, name="duty-answer"),
    path("duty/test/", duty.test, name="duty-test"),
    path("duty/contact/", duty.contact, name="duty-contact"),
    path("duty/roster/", duty.rostered, name="duty-roster"),
    path("duty/off/", duty.off, name="duty-off"),
    path("duty/time/", duty.time, name="duty-time"),
]
