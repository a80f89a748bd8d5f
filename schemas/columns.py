"""What a table says of its columns, read out of the pandera models once for all projections.

Arrow schema, data dictionary and contract are made from these plain records; none of them looks at pandera.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.table import Table

TYPE_NAMES: Final[dict[pl.DataType, str]] = {
    pl.String(): "string",
    pl.Int32(): "int32",
    pl.Int64(): "int64",
    pl.Date(): "date",
    pl.Boolean(): "bool",
    pl.List(pl.String()): "list<string>",
}
"""Every type a published column may have, by the name that contract, dictionary and content_id use."""

_WORD_START: Final = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True)
class Column:
    """One published column."""

    name: str
    dtype: pl.DataType
    nullable: bool
    unit: str | None
    description: str
    codes: Mapping[str, str]
    """The codes its values come from, each with its meaning; empty where the values are no codes."""
    checks: tuple[tuple[str, Mapping[str, object]], ...]
    """What a value must meet besides being such a code: pandera's name of the check, and its limits."""

    @property
    def type_name(self) -> str:
        """The type's name in the contract."""
        return TYPE_NAMES[self.dtype]


def list_columns(table: type[Table]) -> list[Column]:
    """List a table's columns in their published order.

    Errors: a column of a type that is none of ``TYPE_NAMES`` raises ``TypeError``.

    >>> from schemas.resolved import Links
    >>> [(column.name, column.type_name, column.unit) for column in list_columns(Links)][:2]
    [('paper_id', 'string', '32 hex digits'), ('position', 'int32', 'links')]
    """
    return list(_read_columns(table))


@functools.cache
def _read_columns(table: type[Table]) -> tuple[Column, ...]:
    fields = table.to_schema().columns.items()
    return tuple(_read_column(f"{name_table(table)}.{name}", field) for name, field in fields)


def list_key(table: type[Table]) -> list[str]:
    """List the columns of a table's key."""
    key: list[str] = table.Config.metadata["key"]
    return list(key)


def list_rules(table: type[Table]) -> list[str]:
    """List the names of a table's row rules."""
    return list(table.Config.metadata["rules"])


def name_table(table: type[Table]) -> str:
    """Name a table as the release's folder does.

    >>> from schemas.resolved import NearMisses
    >>> name_table(NearMisses)
    'near_misses'
    """
    return _WORD_START.sub("_", table.__name__).lower()


def _read_column(where: str, field: Any) -> Column:  # noqa: ANN401 - pandera's column, which ships no usable type
    dtype: pl.DataType = field.dtype.type
    if dtype not in TYPE_NAMES:
        message = f"{where}: {dtype} is no type of a published column; these are: {', '.join(TYPE_NAMES.values())}"
        raise TypeError(message)
    return Column(
        name=where.rpartition(".")[2],
        dtype=dtype,
        nullable=field.nullable,
        unit=field.metadata["unit"],
        description=field.description,
        codes=field.metadata["codes"],
        checks=tuple((check.name, check.statistics) for check in field.checks if check.name != "isin"),
    )
