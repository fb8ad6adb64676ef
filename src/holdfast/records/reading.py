"""What is read once while nothing of it is written: for who asks several rules of the same facts."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Read = TypeVar("Read")

_READ: ContextVar[dict[Hashable, Any] | None] = ContextVar("read-once", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Read each thing once until the end: for who asks several rules of it, and writes nothing."""
    known = _READ.get()
    token = _READ.set({} if known is None else known)
    try:
        yield
    finally:
        _READ.reset(token)


def once(what: Hashable, read: Callable[[], Read]) -> Read:
    """What ``read`` gives; inside ``read_once`` what it gave first for the same ``what``."""
    known = _READ.get()
    if known is None:
        return read()
    if what not in known:
        known[what] = read()
    found: Read = known[what]
    return found
