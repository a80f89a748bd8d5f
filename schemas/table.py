"""The building blocks of a table definition: :class:`Table`, :func:`column` and the row rules.

What belongs here: how a published table is *described*. The tables themselves stand in ``printed.py`` and
``resolved.py``; running the rules over rows is ``validation.py``; other forms of the description (Arrow schema,
dictionary, contract) are projections and have a module each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import pandera.polars as pa
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ID_PATTERN = r"^[0-9a-f]{32}$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"

StringList = Annotated[pl.List, pl.String()]
"""The type of a column whose values are lists of strings."""


class Table(pa.DataFrameModel):
    """A published table: typed columns in a fixed order, a key, and named rules each row must meet."""

    class Config:
        """What all tables share: exactly these columns, in exactly this order."""

        strict = True
        ordered = True
        metadata: ClassVar[dict[str, Any]] = {}


def column(
    description: str,
    *,
    unit: str | None = None,
    nullable: bool = False,
    codes: Mapping[str, str] | None = None,
    **checks: Any,
) -> Any:
    """Describe one column: what it says, its unit, and the checks a value must meet.

    ``unit`` is ``bytes``, ``listings``, ``calendar date`` and so on, or none for plain text; ``codes`` is the list of
    ``schemas.codes`` its values come from; ``checks`` are pandera's (``ge``, ``isin``, ``str_matches``, ...).
    """
    metadata = {"unit": unit, "codes": dict(codes or {})}
    return pa.Field(nullable=nullable, description=description, metadata=metadata, **checks)


def id_column(description: str, *, nullable: bool = False) -> Any:
    """Describe a key column: 32 lower-case hexadecimal digits."""
    return column(description, unit="32 hex digits", nullable=nullable, str_matches=ID_PATTERN)


def count_column(description: str, unit: str, *, nullable: bool = False, at_least: int = 0) -> Any:
    """Describe a non-negative whole number of ``unit``; unknown is null, never 0."""
    return column(description, unit=unit, nullable=nullable, ge=at_least)


def date_column(description: str, *, nullable: bool = True) -> Any:
    """Describe a calendar date (no time of day, no zone)."""
    return column(description, unit="calendar date", nullable=nullable)


def code_column(description: str, codes: Mapping[str, str], *, nullable: bool = False) -> Any:
    """Describe a column whose values come from one of the documented lists of ``schemas.codes``."""
    return column(description, unit="code", nullable=nullable, codes=codes, isin=list(codes))


def describe_table(*, key: Sequence[str], rules: Mapping[str, pl.Expr] | None = None) -> dict[str, Any]:
    """Make a table's ``Config.metadata``: its key, and its row rules as polars expressions that must be true."""
    return {"key": list(key), "rules": dict(rules or {})}


def is_both_or_neither(left: str, right: str) -> pl.Expr:
    """Build the rule that two columns are null together."""
    return pl.col(left).is_null() == pl.col(right).is_null()
