"""Every address of the product. Which permission each needs stands in ``web.permissions``."""

from django.urls import include, path

from holdfast.web import errors
from holdfast.web.api import api
from holdfast.web.patient import urls as patient

urlpatterns = [
    path("", include("holdfast.web.account.urls")),
    path("api/v1/", api.urls),
    path("emergency/", include("holdfast.web.glass.urls")),
    path("me/", include(patient.own_pages)),
    path("<slug:site>/", include("holdfast.web.patient.urls")),
    path("<slug:site>/", include("holdfast.web.concerns.urls")),
    path("<slug:site>/", include("holdfast.web.staff.urls")),
    path("<slug:site>/", include("holdfast.web.room.urls")),
    path("<slug:site>/", include("holdfast.web.session.urls")),
    path("<slug:site>/", include("holdfast.web.session.event_urls")),
    path("<slug:site>/", include("holdfast.web.unblinding.urls")),
    path("<slug:site>/", include("holdfast.web.pharmacy.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
