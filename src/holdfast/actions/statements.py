"""The one prepared statement of ``records.statements``, as the pen writes with it."""

from holdfast.records.statements import run

__all__ = ["run"]
