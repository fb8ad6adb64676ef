"""The web pages as a Django app: templates, static files, catalogs."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "holdfast.web"
    label = "web"
