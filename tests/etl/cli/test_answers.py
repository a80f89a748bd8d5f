"""Values of all kinds, in every format."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.cli.answers import RepeatedColumnError, write_answer
from etl.cli.values import make_plain, show_value

if TYPE_CHECKING:
    from pathlib import Path

ODD_VALUES = """
    SELECT INTERVAL 1 DAY AS i, TIME '10:00' AS t, {'a': [1, NULL]} AS s, MAP {'k': DATE '2025-03-11'} AS m,
        1.5::DECIMAL(5, 2) AS d, 'a'::BLOB AS b, 'nan'::DOUBLE AS n, '-inf'::DOUBLE AS f, 3::HUGEINT AS h,
        TIMESTAMP '2025-03-11 10:00:00' AS w, true AS y, 'text' AS x, NULL AS u
"""


class Kept:
    """An output that keeps what it gets."""

    def __init__(self, width: int | None = None) -> None:
        self.width = width
        self.data = b""

    def write(self, data: bytes, /) -> None:
        self.data += data


def answer(query: str, form: str) -> bytes:
    output = Kept()
    with duckdb.connect() as connection:
        write_answer(connection.sql(query).to_arrow_reader(), form, output)
    return output.data


def test_every_kind_of_value_has_a_form_in_json():
    (record,) = json.loads(answer(ODD_VALUES, "json"))
    assert record == {
        "i": "P0M1DT0S",
        "t": "10:00:00",
        "s": {"a": [1, None]},
        "m": [["k", "2025-03-11"]],
        "d": 1.5,
        "b": "61",
        "n": "NaN",
        "f": "-Infinity",
        "h": 3,
        "w": "2025-03-11T10:00:00",
        "y": True,
        "x": "text",
        "u": None,
    }


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_every_kind_of_value_has_a_form_in_text(form: str):
    text = answer(ODD_VALUES, form).decode().replace("\\", "")
    for piece in ("P0M1DT0S", "10:00:00", "2025-03-11T10:00:00", "1.5", "true", "text"):
        assert piece in text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10))
def test_a_decimal_loses_no_digit(value: Decimal):
    plain = make_plain(value)
    assert Decimal(plain if isinstance(plain, (str, int)) else repr(plain)) == value


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(), st.lists))
def test_whatever_a_query_gives_can_be_written(value: Any):  # noqa: ANN401 - that is the point
    json.dumps(make_plain(value), allow_nan=False)
    assert isinstance(show_value(value), str)


def read_batches(*lengths: int) -> pa.RecordBatchReader:
    schema = pa.schema({"x": pa.int64()})
    return pa.RecordBatchReader.from_batches(
        schema, [pa.record_batch({"x": list(range(length))}, schema=schema) for length in lengths]
    )


@pytest.mark.parametrize("lengths", [(), (0,), (2,), (0, 2, 0), (2, 0, 3)], ids=str)
def test_batches_of_any_length_make_one_answer(lengths: tuple[int, ...], tmp_path: Path):
    rows = [{"x": number} for length in lengths for number in range(length)]
    kept = {form: Kept() for form in ("json", "csv", "markdown", "parquet")}
    for form, output in kept.items():
        write_answer(read_batches(*lengths), form, output)
    assert json.loads(kept["json"].data) == rows
    assert kept["csv"].data.decode().splitlines() == ["x", *(str(row["x"]) for row in rows)]
    assert kept["markdown"].data.count(b"\n") == 2 + len(rows)
    (tmp_path / "x.parquet").write_bytes(kept["parquet"].data)
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == rows


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_a_column_is_never_lost_to_another_of_its_name(form: str):
    schema = pa.schema([("x", pa.int64()), ("x", pa.int64())])
    output = Kept()
    with pytest.raises(RepeatedColumnError, match="two columns are named x"):
        write_answer(pa.RecordBatchReader.from_batches(schema, []), form, output)
    assert output.data == b""


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_columns_of_one_name_stand_beside_each_other_in_text(form: str):
    schema = pa.schema([("x", pa.int64()), ("x", pa.int64())])
    batch = pa.RecordBatch.from_arrays([pa.array([1]), pa.array([2])], schema=schema)
    output = Kept()
    write_answer(pa.RecordBatchReader.from_batches(schema, [batch]), form, output)
    assert b"1" in output.data
    assert b"2" in output.data
