"""The tables as Arrow schemas: what stands in the footer of every published Parquet file.

Each field carries its description and unit as metadata, each schema the table's description and the contract's version.
Text is Arrow's plain ``string`` and a list is ``list<element: string not null>``, the types every reader knows; polars
would write ``large_string``, which other readers then cannot put beside a ``string`` column without a cast.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa

from schemas import CONTRACT_VERSION
from schemas.columns import list_columns

if TYPE_CHECKING:
    from schemas.columns import Column
    from schemas.table import Table

ARROW_TYPES: Final[dict[pl.DataType, pa.DataType]] = {
    pl.String(): pa.string(),
    pl.Int32(): pa.int32(),
    pl.Int64(): pa.int64(),
    pl.Date(): pa.date32(),
    pl.Boolean(): pa.bool_(),
    pl.List(pl.String()): pa.list_(pa.field("element", pa.string(), nullable=False)),
}


def arrow_schema(table: type[Table]) -> pa.Schema:
    """Make a table's Arrow schema, with nullability, descriptions and units.

    >>> from schemas.resolved import Links
    >>> schema = arrow_schema(Links)
    >>> schema.field("host").type, schema.field("host").nullable
    (DataType(string), False)
    >>> schema.field("position").metadata
    {b'description': b'Order of the URL in the abstract, from 0.', b'unit': b'links'}
    >>> schema.metadata[b"description"]
    b'One row per URL in an abstract.'
    """
    metadata = {"description": inspect.getdoc(table) or "", "contract_version": CONTRACT_VERSION}
    return pa.schema([_make_field(column) for column in list_columns(table)], metadata=metadata)


def _make_field(column: Column) -> pa.Field:
    metadata = {"description": column.description} | ({"unit": column.unit} if column.unit else {})
    return pa.field(column.name, ARROW_TYPES[column.dtype], nullable=column.nullable, metadata=metadata)
