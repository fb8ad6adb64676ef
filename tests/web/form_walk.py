"""Fills every form of a page and sends it: what a person could type, in every field there is.

Forms are found in the pages themselves, so that a new page or field is filled without being
listed. What a field refuses is tried again with something that fits it better.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tests.web.clinic import PASSWORD, Places
from tests.web.routes import every_route
from tests.web.test_referral_page import BUNDLE

# Fields whose words have a form of their own.
SHAPED = {
    "address": "zebediah.canarybird@example.org",
    "country": "AU",
    "method": "password",
}
# What a field is given in turn when it refuses the words.
FITTING = ("28", "2026-01-05", "08:00", "a-code", "", "true", "2099-01-05")
TRIES = 6


@dataclass
class Control:
    """One field of a form as the page shows it."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    is_invalid: bool = False


@dataclass
class Form:
    """One form: where it goes, and its fields in order."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """The same form for another person or question is the same form."""
        try:
            goes_to = resolve(urlsplit(self.action).path).view_name
        except Resolver404:
            goes_to = self.action
        kinds = sorted(each.kind for each in self.controls.values())
        is_many = len(self.controls) > 12
        return goes_to, tuple(sorted(self.controls)) if not is_many else tuple(sorted(set(kinds)))


class _Parser(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.found, self.form = here, [], None
        self.select: Control | None = None

    def handle_starttag(self, tag: str, attributes: list) -> None:
        told = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.form = Form(told.get("action") or self.here, told.get("method", "get").lower())
            self.found.append(self.form)
        elif self.form is not None:
            self._inside(tag, told)

    def _inside(self, tag: str, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "option" and self.select is not None:
            self.select.options.append(told.get("value", ""))
        elif tag == "button" or (tag == "input" and kind == "submit"):
            if name:
                self.form.buttons.append((name, told.get("value", "")))
        elif tag in ("input", "textarea", "select") and name and "disabled" not in told:
            if tag != "input":
                kind = tag
            elif told.get("inputmode") in ("decimal", "numeric"):
                kind = "number"
            control = self.form.controls.setdefault(name, Control(name, kind))
            control.is_invalid |= told.get("aria-invalid") == "true"
            if kind in ("radio", "checkbox"):
                control.options.append(told.get("value", "on"))
            else:
                control.value = told.get("value", "")
            self.select = control if tag == "select" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None


def forms_of(page: str, here: str) -> list[Form]:
    """The forms of a page that send something."""
    parser = _Parser(here)
    parser.feed(page)
    return [form for form in parser.found if form.method == "post"]


def _given(control: Control, typed: str, last: bool) -> object:
    """What one field gets at first: the typed words wherever words can be typed."""
    chosen = [value for value in control.options if value]
    simple: dict[str, object] = {
        "hidden": control.value,
        "password": PASSWORD,
        "date": "2026-01-05",
        "time": "08:00",
        "number": "28",
        "email": f"{typed.replace(' ', '.')}@example.org",
        "radio": (chosen or [""])[-1 if last else 0],
        "select": (chosen or [""])[-1 if last else 0],
        "checkbox": chosen,
    }
    if control.kind == "file":
        return _file(control.name, typed)
    return simple.get(control.kind, SHAPED.get(control.name, typed))


def _file(name: str, typed: str) -> SimpleUploadedFile:
    """A file that is named by the words and says them: a referral where one is asked for."""
    if name != "bundle":
        return SimpleUploadedFile(f"{typed}.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")
    bundle = orjson.loads(BUNDLE.data)
    for each in bundle["entry"]:
        if each["resource"]["resourceType"] == "Patient":
            each["resource"]["name"] = [{"family": typed, "given": [typed], "text": typed}]
    return SimpleUploadedFile(f"{typed}.json", orjson.dumps(bundle))


def bodies(form: Form, typed: str, *, last: bool = False) -> Iterator[dict[str, object]]:
    """A body for each button, with the first or with the last choice of every field."""
    body = {name: _given(each, typed, last) for name, each in form.controls.items()}
    for name, value in form.buttons or [("", "")]:
        yield body | ({name: value} if name else {})


def send(client: Client, form: Form, body: dict[str, object]):
    """Send a form until it is taken; each answer on the way is given."""
    for fitting in range(TRIES):
        answer = _posted(client, form, body)
        yield answer
        if answer.status_code == 500:  # once more, for what fails the first time
            answer = _posted(client, form, body)
            yield answer
        if answer.status_code != 422 or not answer.get("Content-Type", "").startswith("text/html"):
            return
        again = forms_of(answer.content.decode(), form.action)
        same = next((each for each in again if each.key == form.key), None)
        refused = [c.name for c in same.controls.values() if c.is_invalid] if same else []
        if not refused:
            return
        body = body | dict.fromkeys(refused, FITTING[fitting])


def _posted(client: Client, form: Form, body: dict[str, object]):
    for value in body.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    return client.post(form.action, body)


def pages(client: Client, places: Places) -> Iterator[tuple[str, str, HttpResponse]]:
    """What somebody gets at every address of the product: route, address, answer."""
    for route in every_route():
        if route.name.startswith("api-") or route.name == "log-out":
            continue
        try:
            address = reverse(route.name, kwargs=places.arguments(set(route.arguments)))
        except KeyError:
            continue  # the matrix of permissions asks for every argument; it is loud there
        yield route.name, address, client.get(address)


def is_page(answer: HttpResponse) -> bool:
    """Whether an answer is a page of ours."""
    return answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html")


def forms_on(read: Iterable[tuple[str, str, HttpResponse]]) -> list[Form]:
    """Every form of some pages, once; never the one that logs its sender out."""
    found: dict[object, Form] = {}
    for _, address, answer in read:
        for form in forms_of(answer.content.decode(), address) if is_page(answer) else ():
            if not form.action.startswith(("/log-out", "/look")):
                found.setdefault((form.key, tuple(form.buttons)), form)
    return list(found.values())


ADDRESSES = re.compile(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"')


def addresses(page: str) -> list[str]:
    """Every address that a page leads to, without its host."""
    return [urlsplit(found)._replace(netloc="").geturl() for found in ADDRESSES.findall(page)]
