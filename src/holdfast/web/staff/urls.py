"""Addresses of one site's pages for staff."""

from django.urls import path

app_name = "staff"
urlpatterns: list = []
