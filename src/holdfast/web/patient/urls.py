"""Addresses of a person's own pages, and of the way into them."""

from django.urls import path

from holdfast.web.patient import joining, looked, own

own_pages = [
    path("", own.page, name="me"),
    path("copy/", own.copy, name="me-copy"),
    path("looked/", looked.page, name="me-looked"),
    path("account/", own.account, name="me-account"),
]
urlpatterns = [path("join/", joining.page, name="join")]
