"""Labels to print: a square that holds the code of a container, and nothing that tells more."""

from typing import Any

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from holdfast.records.supply import Container
from holdfast.web.admitted import Admitted
from holdfast.web.pharmacy.place import around, store_at
from holdfast.web.pharmacy.words import PARTS


@require_safe
def page(request: Admitted, site: str, store: str) -> HttpResponse:
    """The labels of every container of a store, or of the one that the address names."""
    here = store_at(request, store)
    rows = Container.objects.filter(store=here).order_by("code")
    if code := request.GET.get("code"):
        rows = rows.filter(code=code)
    context = {**around(request, here, "labels"), "labels": [_label(row) for row in rows]}
    return render(request, "pharmacy/labels.html", context)


def _label(container: Container) -> dict[str, Any]:
    return {
        "code": container.code,
        "picture": square(container.code),
        "part": PARTS.get(container.part, container.part),
        "use_by": container.use_by,
    }


def square(code: str) -> str:
    """The QR code of a container's code, drawn by us: lines of an SVG, without style or script."""
    drawn = segno.make(code, error="m", micro=False)
    picture = drawn.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(picture)  # noqa: S308  # made of numbers by the library
