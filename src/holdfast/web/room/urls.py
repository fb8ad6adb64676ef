"""Addresses of rooms: for staff who are logged in, and for the devices of rooms."""

from django.urls import path

from holdfast.web.room import acts, custody, door, page, reading, rooms, session

app_name = "room"
OPENING = "room/<uuid:opening_id>/"

urlpatterns = [
    path("rooms/", rooms.page, name="rooms"),
    path("rooms/add/", rooms.add, name="add"),
    path("rooms/enroll/", rooms.enroll, name="enroll"),
    path("rooms/revoke/", rooms.revoke, name="revoke"),
    path("rooms/settle/", rooms.settle, name="settle"),
    path("people/<uuid:enrollment_id>/room/", reading.page, name="entries"),
    path("people/<uuid:enrollment_id>/room/paper/", reading.paper, name="paper"),
    path("room/", door.page, name="door"),
    path("room/worker.js", page.worker, name="worker"),
    path("room/open/", door.open_it, name="open"),
    path(OPENING, page.page, name="page"),
    path(OPENING + "state/", page.state, name="state"),
    path(OPENING + "session/", session.now, name="session-now"),
    path(OPENING + "session/move/", session.move, name="session-move"),
    path(OPENING + "live/", session.live, name="session-live"),
    path(OPENING + "session/<uuid:session_id>/gate/<slug:act>/", session.gate, name="session-gate"),
    path(OPENING + "passkey/", acts.passkey, name="passkey"),
    path(OPENING + "step/", acts.step, name="step"),
    path(OPENING + "entries/", acts.entry, name="entry"),
    path(OPENING + "attribute/", acts.attribute, name="attribute"),
    path(OPENING + "key/", custody.key, name="key"),
    path(OPENING + "box/", custody.box, name="box"),
    path(OPENING + "close/", acts.close, name="close"),
]
