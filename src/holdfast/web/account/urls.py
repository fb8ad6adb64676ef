"""Addresses of log-in, the look, and a person's own access."""

from django.urls import path

from holdfast.web import pulse
from holdfast.web.account import views

urlpatterns = [
    path("", views.home, name="home"),
    path("log-in/", views.log_in, name="log-in"),
    path("log-out/", views.log_out, name="log-out"),
    path("look/", views.look, name="look"),
    path("about/", views.about, name="about"),
    path("my-access/", views.my_access, name="my-access"),
    path("pulse/", pulse.pulse, name="pulse"),
]
