"""The ASGI application that ``holdfast serve`` runs."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")

from holdfast.web.requests import BodyLimitAtTheDoor

application = BodyLimitAtTheDoor(get_asgi_application())
