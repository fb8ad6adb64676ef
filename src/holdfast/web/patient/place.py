"""Whose own page it is: the person, their site and its clock, for every page under ``/me/``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from holdfast.records.care import Enrollment
from holdfast.records.patients import PatientAccount, enrollments_of, patient_of
from holdfast.web.done import done_words


@dataclass(frozen=True)
class Own:
    """The person of a request; ``mine`` is None where their account is linked to nobody."""

    mine: PatientAccount | None
    enrollments: list[Enrollment] = field(default_factory=list)

    @property
    def enrollment(self) -> Enrollment | None:
        """The newest, in whose stream they write."""
        return self.enrollments[0] if self.enrollments else None


def own_of(request: HttpRequest) -> Own:
    """The person of this request, whose site's clock the page tells."""
    mine = patient_of(request.user)
    if mine is None:
        return Own(None)
    timezone.activate(ZoneInfo(mine.site.zone))  # web.permissions deactivates it
    return Own(mine, enrollments_of(mine))


def own_context(request: HttpRequest, own: Own) -> dict[str, Any]:
    """What every own page needs."""
    context: dict[str, Any] = {"mine": own.mine, "done": done_words(request)}
    if own.mine is not None:
        context["place"] = own.mine.site
    return context


Acts = Callable[..., HttpResponse]


def acts_for(page: str) -> Callable[[Acts], Acts]:
    """An address that only takes a form: who comes without one is sent to the page it belongs to.

    So a reload, or a choice of language after a form that was not taken, never ends nowhere.
    """

    def decorated(act: Acts) -> Acts:
        @wraps(act)
        def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return redirect(page)
            return act(request, *args, **kwargs)

        return whole

    return decorated
