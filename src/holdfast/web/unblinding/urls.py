"""Addresses of breaking the blind, of guesses, locks and closed exports."""

from django.urls import path

from holdfast.web.unblinding import (
    emergency,
    exports,
    guessing,
    locks,
    planned,
    reports,
    reviewing,
    safety,
)

app_name = "blind"

urlpatterns = [
    path("people/<uuid:enrollment_id>/unblind/", emergency.page, name="emergency"),
    path("blind/", reviewing.page, name="page"),
    path("blind/report/", reports.report, name="report"),
    path("blind/seats/", reports.seats, name="seats"),
    path("blind/guess/", guessing.page, name="guess"),
    path("blind/safety/", safety.page, name="safety"),
    path("blind/reviews/<uuid:break_id>/", reviewing.review, name="review"),
    path("locks/", locks.page, name="locks"),
    path("locks/<uuid:asked_id>/", locks.one, name="lock"),
    path("locks/<uuid:asked_id>/arms/", planned.page, name="planned"),
    path("closed-exports/", exports.page, name="exports"),
    path("closed-exports/<uuid:export_id>/", exports.one, name="export"),
]
