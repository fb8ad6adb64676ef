"""Addresses of the pharmacy: the stores of a site, their movements and counts, and the session box."""

from django.urls import path

from holdfast.web.pharmacy import (
    box,
    counting,
    discrepancies,
    labels,
    moving,
    register,
    store,
    two_people,
)

app_name = "pharmacy"
STORE = "pharmacy/stores/<slug:store>/"
BOX = "people/<uuid:enrollment_id>/session/box/"

urlpatterns = [
    path("pharmacy/", store.stores, name="stores"),
    path("pharmacy/open/", store.open_it, name="store-open"),
    path("pharmacy/passkey/", two_people.passkey, name="passkey"),
    path("pharmacy/shown/", two_people.shown, name="shown"),
    path(STORE, store.page, name="store"),
    path(STORE + "places/", store.place_add, name="place-add"),
    path(STORE + "register/", register.page, name="register"),
    path(STORE + "receive/", moving.receive, name="receive"),
    path(STORE + "count/", counting.page, name="count"),
    path(STORE + "discrepancies/", discrepancies.page, name="discrepancies"),
    path(STORE + "discrepancies/report/", discrepancies.report, name="report"),
    path(STORE + "discrepancies/<uuid:discrepancy_id>/", discrepancies.settle, name="settle"),
    path(STORE + "alone/<uuid:act_id>/", discrepancies.confirm, name="confirm"),
    path(STORE + "labels/", labels.page, name="labels"),
    path(STORE + "move/<slug:move>/", moving.page, name="move"),
    path(BOX, box.page, name="box"),
    path(BOX + "<slug:move>/", box.act, name="box-act"),
]
