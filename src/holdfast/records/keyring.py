"""Which site key the record is under at this moment, also while the key is being rotated.

``holdfast key rotate`` wraps the record under a new key in one transaction and then puts the new
key's file where the old one was. For that moment the files lie side by side: the key, the coming
one and the former one. Whoever reads or writes meanwhile takes the one that the record names.
"""

from django.db import connection

from holdfast.records.journal import ORGANISATION
from holdfast.records.keys import KEY_OF, KeyMissing, SiteKey, site_key, site_key_named
from holdfast.records.people import PersonKey


def key_of_record() -> SiteKey:
    """The site key that the record is wrapped with now; before it is founded, the one that is set."""
    row = KEY_OF.first(ORGANISATION, PersonKey.RECEIPTS)
    return site_key() if row is None else site_key_named(row.wrapped_with)


def hold_key_of_record() -> SiteKey:
    """The same, and no rotation begins before this transaction ends.

    Whatever is made with the site key (a wrapped key, a mark of the search index) is made with
    what this returns: otherwise it could be committed after a rotation, under the former key.
    """
    # On SQLite the transaction itself is the lock; who only reads, outside one, holds nothing.
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE records_personkey IN ROW EXCLUSIVE MODE")
    return key_of_record()


def problem_with_key() -> str | None:
    """What stands against the site key that is set, in words; None where it is the record's."""
    try:
        site_key()
        row = KEY_OF.first(ORGANISATION, PersonKey.RECEIPTS)
        if row is not None and row.wrapped is not None:
            site_key_named(row.wrapped_with).unwrap(row.id, row.wrapped)
    except KeyMissing as missing:
        return str(missing)
    return None
