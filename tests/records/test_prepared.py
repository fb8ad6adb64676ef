"""A prepared read gives the rows of the query that it was said as, with every value where it belongs."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import Model
from django.db.models.signals import post_init

from holdfast.actions import judging
from holdfast.records import (
    access,
    approvals,
    clinical_now,
    consents,
    courses,
    histories,
    keys,
    patients,
    pauses,
    protocols,
    rota,
    seals,
    worklist,
)
from holdfast.records.columns import instant_text
from holdfast.records.models import Enrollment, Site, User, VisitHeld
from holdfast.records.prepared import NotPrepared, Prepared
from tests.actions.clinic import NOW

MODULES = (
    access,
    approvals,
    clinical_now,
    consents,
    courses,
    histories,
    judging,
    keys,
    patients,
    pauses,
    protocols,
    rota,
    seals,
    worklist,
)


def _every() -> Iterator[tuple[str, Prepared[Any]]]:
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, Prepared):
                yield f"{module.__name__}.{name}", value


def _asked(prepared: Prepared[Any]) -> Iterator[tuple[Any, ...]]:
    """Values that a read may be asked with: those of the clinic, and such as nobody has."""
    taken = prepared._query.__code__.co_varnames[: prepared._query.__code__.co_argcount]
    if not taken and prepared._query.__code__.co_flags & 4:
        taken = ("enrollment",)  # as many as are given; of one it is prepared
    known: dict[str, list[Any]] = {
        "position": [10_000],
        "since": [instant_text(NOW)],
        "sha256": list(Enrollment.objects.values_list("protocol_sha256", flat=True)[:1]),
        "word_class": ["words", "identity", "receipts"],
        "user": list(User.objects.values_list("id", flat=True)),
        "site": list(Site.objects.values_list("id", flat=True)),
        "person": list(Enrollment.objects.values_list("person_id", flat=True)),
    }
    people = list(Enrollment.objects.values_list("id", "person_id"))
    ids = [each for pair in people for each in pair]
    several = [known.get(name, [*ids, uuid4()]) for name in taken]
    longest = max(map(len, several), default=1)
    for at in range(longest):
        yield tuple(values[at % len(values)] for values in several)


def _values(rows: list[Model]) -> list[dict[str, Any]]:
    return [{k: v for k, v in vars(row).items() if k != "_state"} for row in rows]


def test_each_gives_what_its_query_gives(clinic, enrollment):
    found = count()
    for name, prepared in _every():
        for values in _asked(prepared):
            ordinary = list(prepared._query(*values))
            rows = prepared.rows(*values)
            assert _values(rows) == _values(ordinary), name
            assert [row._state.adding for row in rows] == [False] * len(rows)
            related = [vars(row._state).get("fields_cache", {}) for row in rows]
            assert related == [vars(row._state).get("fields_cache", {}) for row in ordinary], name
            for _ in rows:
                next(found)
    assert next(found) > 20  # the clinic has rows for many of them


def test_the_same_read_by_another_value_gives_other_rows(clinic):
    by_login = Prepared(lambda login: User.objects.filter(login=login))
    logins = list(User.objects.values_list("login", flat=True))
    assert [row.login for login in logins for row in by_login.rows(login)] == logins
    assert by_login.first("nobody of this name") is None


def test_a_query_without_one_of_its_values_is_refused(clinic):
    forgets = Prepared(lambda site, user: User.objects.filter(id=user))
    with pytest.raises(NotPrepared):
        forgets.rows(UUID(int=1), UUID(int=2))


def test_what_is_not_whole_rows_is_refused(clinic):
    with pytest.raises(NotPrepared):
        Prepared(lambda site: Site.objects.filter(id=site).values_list("code")).rows(UUID(int=1))
    with pytest.raises(NotPrepared):
        Prepared(lambda site: Site.objects.filter(id=site).defer("code")).rows(UUID(int=1))

    def told(**_: Any) -> None:
        """Somebody who wants to hear of each row that is made."""

    post_init.connect(told, sender=VisitHeld)
    try:
        with pytest.raises(NotPrepared):
            Prepared(lambda held: VisitHeld.objects.filter(id=held)).rows(UUID(int=1))
    finally:
        post_init.disconnect(told, sender=VisitHeld)
