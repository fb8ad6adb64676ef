"""What every fact has: an id made by its client, its place in a stream, when and by whom."""

from typing import Any, ClassVar, NoReturn
from uuid import uuid4

from django.db import models

from holdfast.records.columns import Instant, SafeText, SealedText

# The columns every fact begins with; what is hashed of a row is these and its own, in order.
FACT = "id stream_id position schema recorded_at recorded_by_id "


class AppendOnly(RuntimeError):
    """Somebody tried to change or remove a fact through the ORM."""


class Appended(models.QuerySet):
    """Rows that can be read and counted, and nothing else."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly(f"{self.model.__name__} is append-only; record a correction instead.")

    update = _refuse
    delete = _refuse
    bulk_update = _refuse
    bulk_create = _refuse


class Fact(models.Model):
    """Something that was recorded, for ever.

    ``hashed`` names, for each schema number, the columns whose stored values are hashed, in
    order. A later schema adds a number; a number once released is never edited. Rows are
    written by ``actions.writing`` alone.
    """

    hashed: ClassVar[dict[int, tuple[str, ...]]]

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    stream = models.ForeignKey(
        "records.Stream", models.PROTECT, db_index=False, related_name="+", editable=False
    )
    position = models.BigIntegerField(editable=False)
    schema = models.SmallIntegerField(default=1, editable=False)
    recorded_at = Instant(editable=False)
    recorded_by = models.ForeignKey(
        "records.User", models.PROTECT, db_index=False, related_name="+", editable=False
    )

    objects = Appended.as_manager()

    class Meta:
        abstract = True

    def save(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly(f"{type(self).__name__} is written by holdfast.actions alone.")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly(f"{type(self).__name__} is append-only; record a correction instead.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.pk}>"

    __str__ = __repr__


CORRECTION = "corrects_id correction_reason correction_words "


class Correctable(Fact):
    """A fact that may correct an earlier one of its kind, naming it and saying why."""

    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrected_by")
    correction_reason = SafeText(default="")
    correction_words = SealedText(null=True)

    class Meta:
        abstract = True


def append_only_models() -> tuple[type[models.Model], ...]:
    """Every model whose rows can only be added, in the order they are declared."""
    from django.apps import apps

    from holdfast.records.mutable import MUTABLE

    return tuple(
        model
        for model in apps.get_app_config("records").get_models()
        if model.__name__ not in MUTABLE
    )


def fact_models() -> tuple[type[Fact], ...]:
    """Every model whose rows the journal covers."""
    return tuple(model for model in append_only_models() if issubclass(model, Fact))
