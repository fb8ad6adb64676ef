"""What log-in needs to remember: PINs, counts of wrong tries, and open sessions. No fact among them."""

from uuid import uuid4

from django.db import models

from holdfast.records.columns import Instant, SafeText, Sha256
from holdfast.records.people import User


class Pin(models.Model):
    """A person's PIN for signing, as a slow hash of a keyed hash; the PIN itself is kept nowhere.

    The key is the account's own data key, wrapped by the site key: the table alone, without the
    site key, cannot be searched for PINs, and a rotated site key changes nothing.
    """

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="pin")
    encoded = models.TextField()
    set_at = Instant()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"PIN of {self.user_id}"


class TryCount(models.Model):
    """Wrong tries for one name or from one address since a window began.

    ``key`` is a keyed hash: neither an address nor a name that is no account (it may be a password
    typed into the wrong field) can be read from it.
    """

    key = Sha256(primary_key=True)
    began = Instant()
    until = Instant(db_index=True)
    tries = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.tries} tries"


class OpenSession(models.Model):
    """One session of a log-in, for the page where a person sees and ends their own."""

    KINDS = ("phone", "tablet", "computer", "unknown")

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    kind = SafeText(max_length=20)
    method = SafeText(max_length=40)  # how the person showed who they are
    since = Instant()
    last_seen = Instant()

    def __str__(self) -> str:
        return f"{self.kind} since {self.since}"
