"""Django checks that refuse to start where a fact would not be hashed whole."""

from typing import Any

from django.core.checks import CheckMessage, Error

from holdfast.records.facts import fact_models


def check_facts(**_: Any) -> list[CheckMessage]:
    """Every column of every fact is hashed, once."""
    errors: list[CheckMessage] = []
    for model in fact_models():
        newest = model.hashed[max(model.hashed)]
        columns = [str(field.column) for field in model._meta.concrete_fields]
        if sorted(newest) != sorted(columns):
            wrong = sorted(set(newest) ^ set(columns))
            errors.append(
                Error(f"{model.__name__}.hashed and its columns differ: {wrong}", id="records.E001")
            )
    return errors
