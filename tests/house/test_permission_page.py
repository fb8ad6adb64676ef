"""The committed permission matrix is what the code says today, and no route is without an entry."""

from dataclasses import replace

import pytest

from holdfast.definitions.roles import roles
from holdfast.web.permissions import ROUTES
from tools import permissions


def test_the_committed_page_is_what_make_manual_makes():
    assert permissions.PAGE.read_text("utf-8") == permissions.page(), "run make manual"


def test_every_route_stands_on_the_page_once():
    rows = [line.split("`")[1] for line in permissions.page().splitlines() if "| `/" in line]
    assert sorted(rows) == sorted(route.name for route in permissions.every_route())


def test_a_new_route_without_an_entry_makes_no_page(monkeypatch):
    known = permissions.every_route()
    monkeypatch.setattr(permissions, "every_route", lambda: [*known, replace(known[0], name="new")])
    with pytest.raises(KeyError, match="new"):
        permissions.page()


def test_an_entry_that_changes_makes_another_page(monkeypatch):
    before = permissions.page()
    monkeypatch.setitem(ROUTES, "staff:limits", "limit.sign")
    assert permissions.page() != before


def test_every_role_has_a_column():
    head = next(
        line
        for line in permissions.page().splitlines()
        if line.startswith("| route | address | perm")
    )
    assert [cell.strip() for cell in head.split("|")[4:-1]] == list(roles().roles)
