"""Addresses of the path of concerns; ``web.quiet`` keeps them out of every log."""

from django.urls import path

from holdfast.web.concerns import card, pauses, public, reading, set_up

urlpatterns = [
    path("concern/", public.raise_one, name="concern-new"),
    path("concern-back/", public.come_back, name="concern-back"),
    path("concern-card/", card.page, name="concern-card"),
    path("concern-paper/", card.paper, name="concern-paper"),
    path("concerns/", reading.box, name="concerns"),
    path("concerns/<uuid:concern_id>/", reading.one, name="concern"),
    path("concern-set-up/", set_up.page, name="concern-set-up"),
    path("pauses/", pauses.page, name="pauses"),
]
