"""The rows of a query as table, CSV, JSON, Markdown or Parquet, written batch by batch."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from etl.cli.terminal import render_table, say
from etl.cli.values import make_plain, show_value
from etl.errors import PaperhouseError
from etl.escape import escape_text
from schemas.dictionary import escape_markdown, render_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from etl.cli.outputs import Output

MAX_TABLE_ROWS: Final = 10_000
"""A table must be held in memory whole to line up, and nobody reads more."""

FORMULA: Final = re.compile(r"\A[ ]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How text begins that a spreadsheet takes for a formula, also with the wide signs of East Asian keyboards."""

_NULL: Final = "NULL"
_CSV_SIGNS: Final = re.compile(r'[",\r\n]')


class RepeatedColumnError(PaperhouseError):
    """Two columns of an answer have one name, and the format knows columns by their names alone."""

    def __init__(self, name: str, form: str) -> None:
        super().__init__(f"two columns are named {name}, which {form} cannot hold: give each its own name with AS")


def write_answer(batches: pa.RecordBatchReader, form: str, output: Output) -> None:
    """Write all rows in one of the formats: table, csv, spreadsheet, json, markdown or parquet.

    A spreadsheet is CSV with an apostrophe before text and headings that would be taken for a formula; numbers and
    dates stay.

    Errors: ``RepeatedColumnError`` where JSON or Parquet would lose a column.
    """
    if form in {"json", "parquet"}:
        _require_distinct_names(batches.schema.names, form)
    if form == "parquet":
        _write_parquet(batches, output)
        return
    for text in _RENDERERS[form](batches, output.width):
        output.write(text.encode("utf-8", "backslashreplace"))


def _require_distinct_names(names: Sequence[str], form: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise RepeatedColumnError(name, form)


def _write_parquet(batches: pa.RecordBatchReader, output: Output) -> None:
    stream = pa.PythonFile(_ArrowStream(output), mode="w")
    with pq.ParquetWriter(stream, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


class _ArrowStream(io.RawIOBase):
    """An output as the kind of stream that Arrow writes to."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - any buffer
        self._output.write(bytes(data))
        return len(data)


def _read_rows(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _render_table(batches: pa.RecordBatchReader, width: int | None) -> Iterator[str]:
    rows = itertools.chain.from_iterable(map(_read_rows, batches))
    shown = list(itertools.islice(rows, MAX_TABLE_ROWS))
    numbers = {place for place, field in enumerate(batches.schema) if _is_number(field.type)}
    cells = [[_NULL if value is None else show_value(value) for value in row] for row in shown]
    yield render_table(batches.schema.names, cells, right=numbers, width=width) + "\n"
    yield f"({len(shown):,} row{'' if len(shown) == 1 else 's'})\n"
    if next(rows, None) is not None:
        say(f"Only the first {MAX_TABLE_ROWS:,} rows are shown; --output FILE.csv writes all of them.")


def _render_csv(batches: pa.RecordBatchReader, _: int | None) -> Iterator[str]:
    yield from _render_lines(batches, lambda value: value)


def _render_spreadsheet(batches: pa.RecordBatchReader, _: int | None) -> Iterator[str]:
    yield from _render_lines(batches, _mark_formula)


def _mark_formula(value: Any) -> Any:  # noqa: ANN401 - whatever a query gives
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _render_lines(batches: pa.RecordBatchReader, prepare: Callable[[Any], Any]) -> Iterator[str]:
    yield ",".join(_quote_csv(prepare(name)) for name in batches.schema.names) + "\n"
    for batch in batches:
        lines = (",".join(_quote_csv(prepare(value)) for value in row) for row in _read_rows(batch))
        # To most readers a line without anything is no row: a single null is then written as empty text.
        yield "".join(f"{line}\n" if line else '""\n' for line in lines)


def _render_json(batches: pa.RecordBatchReader, _: int | None) -> Iterator[str]:
    names = batches.schema.names
    before = "[\n"
    for batch in batches:
        records = (dict(zip(names, map(make_plain, row), strict=True)) for row in _read_rows(batch))
        lines = [json.dumps(record, ensure_ascii=False, allow_nan=False) for record in records]
        if lines:
            yield before + ",\n".join(lines)
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _render_markdown(batches: pa.RecordBatchReader, _: int | None) -> Iterator[str]:
    yield render_rows([_escape_cell(name) for name in batches.schema.names], []) + "\n"
    for batch in batches:
        rows = (map(_escape_cell, row) for row in _read_rows(batch))
        yield "".join(f"| {' | '.join(row)} |\n" for row in rows)


_RENDERERS: Final[dict[str, Callable[[pa.RecordBatchReader, int | None], Iterator[str]]]] = {
    "table": _render_table,
    "csv": _render_csv,
    "spreadsheet": _render_spreadsheet,
    "json": _render_json,
    "markdown": _render_markdown,
}


def _quote_csv(value: Any) -> str:  # noqa: ANN401 - whatever a query gives
    """Write a field of RFC 4180: nothing for null, quotes around what needs them and around empty text."""
    if value is None:
        return ""
    text = show_value(value)
    if text and text.strip() == text and not _CSV_SIGNS.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _escape_cell(value: Any) -> str:  # noqa: ANN401 - whatever a query gives
    return "" if value is None else escape_text(escape_markdown(show_value(value)))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
