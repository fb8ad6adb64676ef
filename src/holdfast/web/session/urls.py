"""Addresses of dosing sessions, for people who are logged in."""

from django.urls import path

from holdfast.web.session import acts, draws, live, night, opening, pages, paper, report

app_name = "session"
OF_PERSON = "people/<uuid:enrollment_id>/session/"

urlpatterns = [
    path("sessions/", pages.board, name="board"),
    path("sessions/now/", pages.board_now, name="board-now"),
    path("sessions/review/", draws.page, name="draws"),
    path("sessions/review/draw/", draws.draw, name="draw"),
    path("sessions/live/", live.of_site, name="live"),
    path(OF_PERSON, pages.page, name="page"),
    path(OF_PERSON + "open/", opening.open_it, name="open"),
    path(OF_PERSON + "now/", pages.now, name="now"),
    path(OF_PERSON + "report.pdf", report.report, name="report"),
    path(OF_PERSON + "entries/", acts.entry, name="entry"),
    path(OF_PERSON + "night/", night.night, name="night"),
    path(OF_PERSON + "night/entries/", acts.entry, name="night-entry"),
    path(OF_PERSON + "paper/", paper.paper, name="paper"),
    path(OF_PERSON + "paper/pack/", paper.make, name="pack-make"),
    path(OF_PERSON + "paper/typed/", paper.typed, name="paper-typed"),
    path(OF_PERSON + "paper/signed/", paper.sign, name="paper-sign"),
    path(OF_PERSON + "paper/settled/", paper.settle, name="pack-settle"),
    path(OF_PERSON + "gate/<slug:act>/", acts.gate, name="gate"),
    path(OF_PERSON + "gate/<slug:act>/ask/", acts.ask, name="ask"),
]
