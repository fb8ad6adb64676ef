"""Addresses of the possible adverse events of a course."""

from django.urls import path

from holdfast.web.session import possible_events

app_name = "events"

urlpatterns = [
    path("people/<uuid:enrollment_id>/possible-events/", possible_events.page, name="page"),
    path(
        "people/<uuid:enrollment_id>/possible-events/settle/", possible_events.settle, name="settle"
    ),
]
