"""The ASGI application that ``holdfast serve`` runs."""

import os

from django.core.asgi import get_asgi_application
from granian.utils.proxies import wrap_asgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdfast.settings")

from django.conf import settings

from holdfast.web.requests import BodyLimitAtTheDoor

application = BodyLimitAtTheDoor(get_asgi_application())
if settings.BEHIND_PROXY:
    # The proxy on this machine says who asks; without it everybody would share one address, and
    # one guesser of passwords would lock everybody out. From anywhere else the header is a claim.
    application = wrap_asgi_with_proxy_headers(application, ["127.0.0.1", "::1"])
