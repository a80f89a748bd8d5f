"""content_id: one name for what a release says, whatever files, partitions and libraries carry it.

It is a tree of SHA-256 hashes. ``U(n)`` is n as 8 bytes, unsigned, little-endian; ``T(text)`` is ``U`` of the length
of the text's UTF-8, then these bytes; ``+`` joins bytes.

- **content_id**: the first 32 hexadecimal digits of ``sha256(T("paperhouse content 1") + ...)``, and for each table
  that belongs to the content, by name in byte order, ``T(name) + hash of the table``.
- **table**: ``sha256(T("paperhouse table 1") + T(name) + ...)`` and the hashes of its partitions, 32 bytes each, empty
  partitions included: the 256 from ``00`` to ``ff`` or, of a table with 131,072 rows or more, the 4,096 from ``000`` to
  ``fff``.
- **partition**: rows whose leading key column begins with the partition's hexadecimal digits; where that column is no
  id, the digits are the first ones of the SHA-256 of its UTF-8. Its hash is
  ``sha256(T("paperhouse partition 1") + U(number of rows) + ...)`` and each column in the contract's order, its rows
  sorted by the table's key: text by the bytes of its UTF-8, null before all others.
- **column**: ``T(name) + T(type) + validity + values``. Type is the contract's name of it; validity is one byte a row,
  1, or 0 for null.

  - ``int32``, ``date`` (days since 1970-01-01) and ``int64``: 4, 4 and 8 bytes a row, little-endian; 0 for null.
  - ``bool``: one byte a row, 1 or 0; 0 for null.
  - ``string``: ``U`` of the number of its UTF-8 bytes for each row, 0 for null; then all these bytes.
  - ``list<string>``: ``U`` of the number of its elements for each row, 0 for null; then all elements as a ``string``
    column without name and type: validity, lengths, bytes.

The hashes of the partitions stand in the manifest, so that a later build need only hash what changed.
"""

from __future__ import annotations

import functools
import hashlib
import struct
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import polars as pl
import pyarrow as pa

from etl.load.tables import has_id_key
from schemas import OUTSIDE_CONTENT, TABLES
from schemas.columns import list_columns, list_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FINE_ROWS: Final = 1 << 17
"""A table with so many rows has 16 times as many partitions: a change is to be hashed with few of its neighbours."""

_WIDTHS: Final = {"int32": 4, "int64": 8, "date": 4, "bool": 1}
_PARTITION: Final = "partition"


def hash_content(table_hashes: Mapping[str, str]) -> str:
    """Join the hashes of all tables that belong to the content: 32 hexadecimal digits, the content_id."""
    digest = hashlib.sha256(_frame_text("paperhouse content 1"))
    for table in sorted(set(table_hashes) - OUTSIDE_CONTENT):
        digest.update(_frame_text(table) + bytes.fromhex(table_hashes[table]))
    return digest.hexdigest()[:32]


def count_digits(rows: int) -> int:
    """Count the digits that name a partition of a table with so many rows.

    >>> [count_digits(rows) for rows in (0, 131_071, 131_072)]
    [2, 2, 3]
    """
    return 2 if rows < FINE_ROWS else 3


def hash_table(table: str, rows: int, partition_hashes: Mapping[str, str]) -> str:
    """Join the hashes of the partitions of a table with so many rows; a partition that is not named is empty."""
    digest = hashlib.sha256(_frame_text("paperhouse table 1") + _frame_text(table))
    for partition in list_partitions(count_digits(rows)):
        digest.update(bytes.fromhex(partition_hashes.get(partition) or _hash_no_rows(table)))
    return digest.hexdigest()


def hash_partitions(parts: Iterable[pl.DataFrame], table: str, digits: int = 2) -> dict[str, str]:
    """Hash each partition of a table that has rows; so many ``digits`` name one.

    Columns in: those of the table, in the contract's types; ``parts`` are consecutive ranges of its rows in key order,
                of any length.
    Returns:    the hashes (64 hexadecimal digits) by the partitions' digits, in their order.

    >>> links = pl.DataFrame({"paper_id": ["0f" * 16], "position": [0], "url": ["u"], "host": ["h"], "kind": ["other"]},
    ...                      schema_overrides={"position": pl.Int32})
    >>> {partition: hash[:12] for partition, hash in hash_partitions([links], "links").items()}
    {'0f': 'dc4c2f9bc859'}
    """
    hashes: dict[str, str] = {}
    for rows in _gather_partitions(parts, table, digits):
        columns = _encode_columns(rows, table)
        start = 0
        for length, partition in rows.select(pl.col(_PARTITION).rle()).unnest(_PARTITION).iter_rows():
            hashes[partition] = _hash_rows(columns, start, start + length)
            start += length
    return dict(sorted(hashes.items()))


def list_partitions(digits: int, first: str = "0", last: str = "f") -> list[str]:
    """List the partitions of so many digits, or of them those with the ids from one to another, both included.

    >>> list_partitions(2, "0f" * 16, "1100" * 8)
    ['0f', '10', '11']
    """
    low, high = int(first[:digits].ljust(digits, "0"), 16), int(last[:digits].ljust(digits, "f"), 16)
    return [f"{number:0{digits}x}" for number in range(low, high + 1)]


def _gather_partitions(parts: Iterable[pl.DataFrame], table: str, digits: int) -> Iterator[pl.DataFrame]:
    """Give all rows with their partition's digits in a further column; no partition goes on in the next frame."""
    leading = list_key(TABLES[table])[0]
    if not has_id_key(table):
        # A text's partition has nothing to do with its place in the key's order, and such tables are small.
        rows = pl.concat(parts)
        names = [hashlib.sha256(text.encode()).hexdigest()[:digits] for text in rows[leading].to_list()]
        yield rows.with_columns(pl.Series(_PARTITION, names, pl.String)).sort(_PARTITION, maintain_order=True)
        return
    held: pl.DataFrame | None = None
    for part in parts:
        if part.is_empty():
            continue
        named = part.with_columns(pl.col(leading).str.slice(0, digits).alias(_PARTITION))
        rows = named if held is None else pl.concat([held, named])
        whole = rows.height - int((rows[_PARTITION] == rows[_PARTITION].last()).sum())
        yield rows[:whole]
        held = rows[whole:]
    if held is not None:
        yield held


@functools.cache
def _hash_no_rows(table: str) -> str:
    schema = {column.name: column.dtype for column in list_columns(TABLES[table])}
    return _hash_rows(_encode_columns(pl.DataFrame(schema=schema), table), 0, 0)


def _hash_rows(columns: Iterable[tuple[bytes, _Encoded]], start: int, end: int) -> str:
    digest = hashlib.sha256(_frame_text("paperhouse partition 1") + struct.pack("<Q", end - start))
    for head, values in columns:
        digest.update(head)
        for piece in values.cut(start, end):
            digest.update(piece)
    return digest.hexdigest()


def _frame_text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


class _Encoded(Protocol):
    """The bytes of a column, encoded once and cut for each partition."""

    def cut(self, start: int, end: int) -> Iterator[memoryview]:
        """Give the bytes of the rows from ``start`` up to ``end``."""


class _Fixed(NamedTuple):
    """Values of one width, one beside the other."""

    content: memoryview
    width: int

    def cut(self, start: int, end: int) -> Iterator[memoryview]:
        yield self.content[start * self.width : end * self.width]


class _Sized(NamedTuple):
    """Values of any length: how long each is, and all that is in them."""

    lengths: _Fixed
    ends: pl.Series
    inside: _Encoded

    def cut(self, start: int, end: int) -> Iterator[memoryview]:
        yield from self.lengths.cut(start, end)
        first, last = (int(self.ends[row - 1]) if row else 0 for row in (start, end))
        yield from self.inside.cut(first, last)


class _Nullable(NamedTuple):
    """Which values there are, and the values."""

    validity: _Fixed
    values: _Encoded

    def cut(self, start: int, end: int) -> Iterator[memoryview]:
        yield from self.validity.cut(start, end)
        yield from self.values.cut(start, end)


def _encode_columns(rows: pl.DataFrame, table: str) -> list[tuple[bytes, _Encoded]]:
    return [
        (_frame_text(column.name) + _frame_text(column.type_name), _encode(rows[column.name], column.type_name))
        for column in list_columns(TABLES[table])
    ]


def _encode(values: pl.Series, type_name: str) -> _Encoded:
    validity = _encode_numbers(values.is_not_null().cast(pl.UInt8), 1)
    if type_name == "string":
        return _Nullable(validity, _encode_sized(values.str.len_bytes(), _Fixed(_read_text(values), 1)))
    if type_name == "list<string>":
        elements = values.drop_nulls().explode(empty_as_null=False)
        return _Nullable(validity, _encode_sized(values.list.len(), _encode(elements, "string")))
    numbers = values.cast(pl.UInt8) if type_name == "bool" else values.to_physical()
    return _Nullable(validity, _encode_numbers(numbers.fill_null(0), _WIDTHS[type_name]))


def _encode_sized(lengths: pl.Series, inside: _Encoded) -> _Sized:
    known = lengths.fill_null(0).cast(pl.UInt64)
    return _Sized(_encode_numbers(known, 8), known.cum_sum(), inside)


def _encode_numbers(numbers: pl.Series, width: int) -> _Fixed:
    """Take the bytes of numbers without nulls, which Arrow keeps one beside the other."""
    array = numbers.rechunk().to_arrow()
    if array.type.bit_width != 8 * width:
        message = f"{array.type} does not take {width} bytes"
        raise TypeError(message)
    start = array.offset * width
    return _Fixed(_view(array.buffers()[1])[start : start + len(array) * width], width)


def _read_text(texts: pl.Series) -> memoryview:
    """Take the UTF-8 of all texts, one behind the other; where a null is, nothing may stand."""
    array = texts.fill_null("").rechunk().to_arrow().cast(pa.large_string())
    _, offsets, text = array.buffers()
    if not len(array):
        return memoryview(b"")
    start, end = (struct.unpack_from("=q", _view(offsets), 8 * (array.offset + row))[0] for row in (0, len(array)))
    return _view(text)[start:end]


def _view(buffer: pa.Buffer | None) -> memoryview:
    return memoryview(b"" if buffer is None else buffer)
