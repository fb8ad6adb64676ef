"""Addresses of break-glass that belong to no site."""

from django.urls import path

from holdfast.web.glass import views

urlpatterns = [
    path("", views.break_page, name="glass"),
    path("end/", views.end, name="glass-end"),
]
