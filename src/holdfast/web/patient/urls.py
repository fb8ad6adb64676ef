"""Addresses of a person's own pages, of the way into them, and of the plain pages."""

from django.urls import path

from holdfast.web.patient import (
    appointments,
    consent,
    consent_acts,
    joining,
    language,
    looked,
    own,
    own_words,
    plain,
    therapists,
)

own_pages = [
    path("", own.page, name="me"),
    path("copy/", own.copy, name="me-copy"),
    path("looked/", looked.page, name="me-looked"),
    path("consent/", consent.page, name="me-consent"),
    path("consent/read/<int:part>/", consent.read, name="me-consent-read"),
    path("consent/question/<slug:ask>/", consent.question, name="me-consent-question"),
    path("consent/sign/", consent_acts.sign, name="me-consent-sign"),
    path("consent/day/<slug:item>/", consent_acts.item, name="me-consent-item"),
    path("consent/withdraw/", consent_acts.withdraw, name="me-consent-withdraw"),
    path("consent/consent.pdf", consent.pdf, name="me-consent-pdf"),
    path("therapists/", therapists.page, name="me-therapist"),
    path("therapists/take-back/", therapists.take_back, name="me-therapist-back"),
    path("account/", own.account, name="me-account"),
    path("prepare/", plain.prepare, name="me-prepare"),
    path("learn/<slug:page>/", plain.learn, name="me-learn"),
    path("appointments/", appointments.page, name="me-appointments"),
    path("appointments/appointments.ics", appointments.as_file, name="me-appointments-file"),
    path("appointments/address/", appointments.make, name="me-calendar-make"),
    path("appointments/address/end/", appointments.end, name="me-calendar-end"),
    path("calendar/<str:token>.ics", appointments.feed, name="me-calendar"),
    path("words/", own_words.page, name="me-words"),
    path("words/make/", own_words.make, name="me-words-make"),
    path("words/open/", own_words.open_it, name="me-words-open"),
    path("words/close/", own_words.close, name="me-words-close"),
    path("words/write/", own_words.write, name="me-words-write"),
    path("words/phrase/", own_words.phrase, name="me-words-phrase"),
    path("words/share/", own_words.share, name="me-words-share"),
    path("words/take-back/", own_words.take_back, name="me-words-take-back"),
    path("language/", language.choose, name="me-language"),
]
urlpatterns = [
    path("join/", joining.page, name="join"),
    path("learn/<slug:page>/", plain.public, name="learn"),
]
