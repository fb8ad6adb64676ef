"""The web pages as a Django app: templates, static files, catalogs."""

from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Every process of the product has the board follow what its actions write."""

    name = "holdfast.web"
    label = "web"

    def ready(self) -> None:
        import_module("holdfast.actions.board")
