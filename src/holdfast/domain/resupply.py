"""When a site asks for kits, and for how many: a function of what blinded people know, and of nothing else.

A request that followed from what is inside would tell it: by when it came, or by how many. So a site is
filled to a *complement*, the same number of every content, and asks for as many kits as it used since:
that number is known to everybody. When to ask is reckoned as if every kit that was used, and every one
that will be, were of one content. As long as requests are filled in time no content ever runs out, and
since each is replaced one for one nothing is sent in excess.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    """A site as blinded people see it.

    ``complement``: kits of each content after the last delivery, at least. ``used``: kits drawn, barred
    or past their use-by since. ``ahead``: sessions planned until a delivery could come. ``least``: how
    many of each content shall always be there.
    """

    complement: int
    used: int
    ahead: int
    least: int

    def __post_init__(self) -> None:
        if min(self.complement, self.used, self.ahead, self.least) < 0:
            raise ValueError("A count of kits is 0 or more.")


@dataclass(frozen=True)
class Request:
    """What to ask for: ``kits`` to replace what was used, and ``more`` of every content beside it."""

    kits: int
    more: int

    @property
    def is_due(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self.kits or self.more)


def request(shelf: Shelf) -> Request:
    """What a site asks for now; nothing while the worst case still leaves enough of each content.

    >>> request(Shelf(complement=6, used=2, ahead=1, least=2))
    Request(kits=0, more=0)
    >>> request(Shelf(complement=6, used=3, ahead=2, least=2))
    Request(kits=3, more=0)
    >>> request(Shelf(complement=2, used=0, ahead=3, least=2))
    Request(kits=0, more=3)
    """
    if shelf.complement - shelf.used - shelf.ahead >= shelf.least:
        return Request(0, 0)
    return Request(shelf.used, max(0, shelf.least + shelf.ahead - shelf.complement))
