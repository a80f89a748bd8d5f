from __future__ import annotations

import datetime as dt
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.load import content
from etl.load.content import count_digits, hash_content, hash_partitions, hash_table, list_partitions
from etl.load.tables import has_id_key, list_files, scan_files, write_table
from schemas import OUTSIDE_CONTENT, TABLES
from schemas.columns import list_columns, list_key
from tests.conftest_tables import make_id, make_rows
from tests.etl.load import slow_content

IDS = st.integers(0, (1 << 128) - 1).map("{:032x}".format) | st.sampled_from(["00" * 16, "ff" * 16, "0f" * 16])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=20),
    "int32": st.integers(-(2**31), 2**31 - 1),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "date": st.dates(),
    "bool": st.booleans(),
    "list<string>": st.lists(st.text(max_size=5), max_size=4),
}


@st.composite
def draw_rows(draw: st.DrawFn, name: str) -> pl.DataFrame:
    """Draw rows of a table with all values its types allow, keys unique."""
    fields = {
        column.name: (
            (IDS if column.unit == "32 hex digits" else VALUES[column.type_name])
            | (st.none() if column.nullable else st.nothing())
        )
        for column in list_columns(TABLES[name])
    }
    key = list_key(TABLES[name])
    rows = st.lists(st.fixed_dictionaries(fields), max_size=12, unique_by=lambda row: tuple(row[part] for part in key))
    return make_rows(name, draw(rows))


def hash_slowly(name: str, rows: pl.DataFrame) -> str:
    columns = [(column.name, column.type_name) for column in list_columns(TABLES[name])]
    key = list_key(TABLES[name])
    digits = 2 if rows.height < content.FINE_ROWS else 3
    return slow_content.table(name, rows.to_dicts(), columns, key, is_id=has_id_key(name), digits=digits).hex()


def hash_quickly(name: str, *parts: pl.DataFrame) -> str:
    rows = sum(part.height for part in parts)
    return hash_table(name, rows, hash_partitions(parts, name, count_digits(rows)))


@pytest.mark.parametrize("name", TABLES)
def test_hash_is_the_documented_one(tables: dict[str, pl.DataFrame], name: str) -> None:
    assert hash_quickly(name, tables[name]) == hash_slowly(name, tables[name])
    assert hash_quickly(name, tables[name].clear()) == hash_slowly(name, tables[name].clear())


@pytest.mark.parametrize("name", TABLES)
def test_hash_of_a_large_table_is_the_documented_one(
    tables: dict[str, pl.DataFrame], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    coarse = hash_quickly(name, tables[name])
    monkeypatch.setattr(content, "FINE_ROWS", 1)

    assert hash_quickly(name, tables[name]) == hash_slowly(name, tables[name])
    assert (hash_quickly(name, tables[name]) == coarse) == tables[name].is_empty()


@pytest.mark.parametrize("name", ["quarantine", "pages", "inputs", "organizations", "merges"])
@settings(max_examples=25)
@given(data=st.data())
def test_hash_is_the_documented_one_for_any_values(name: str, data: st.DataObject) -> None:
    rows = data.draw(draw_rows(name))

    assert hash_quickly(name, rows) == hash_slowly(name, rows)


def test_known_answers(tables: dict[str, pl.DataFrame]) -> None:
    """Numbers that a change of this code or of a library must not change without a new version of the encoding."""
    links = make_rows(
        "links",
        [{"paper_id": "0f" * 16, "position": 1, "url": "https://é.example", "host": "é.example", "kind": "other"}],
    )
    by_hand = (
        b"\x16\0\0\0\0\0\0\0paperhouse partition 1" + b"\x01\0\0\0\0\0\0\0"
        b"\x08\0\0\0\0\0\0\0paper_id\x06\0\0\0\0\0\0\0string\x01\x20\0\0\0\0\0\0\0" + b"0f" * 16 +
        b"\x08\0\0\0\0\0\0\0position\x05\0\0\0\0\0\0\0int32\x01\x01\0\0\0"
        b"\x03\0\0\0\0\0\0\0url\x06\0\0\0\0\0\0\0string\x01\x12\0\0\0\0\0\0\0https://\xc3\xa9.example"
        b"\x04\0\0\0\0\0\0\0host\x06\0\0\0\0\0\0\0string\x01\x0a\0\0\0\0\0\0\0\xc3\xa9.example"
        b"\x04\0\0\0\0\0\0\0kind\x06\0\0\0\0\0\0\0string\x01\x05\0\0\0\0\0\0\0other"
    )  # fmt: skip

    assert hash_partitions([links], "links") == {"0f": slow_content.hashlib.sha256(by_hand).hexdigest()}
    assert hash_quickly("links", links) == KNOWN_LINKS
    hashes = {name: hash_quickly(name, rows) for name, rows in tables.items()}
    assert hash_content(hashes) == slow_content.content(
        {name: bytes.fromhex(found) for name, found in hashes.items() if name not in OUTSIDE_CONTENT}
    )


KNOWN_LINKS = "95b0278b39eb60ff6da842a9935b193d5c8d499f69e74e76f8668ca39b1c02a4"


@pytest.mark.parametrize("name", ["listings", "spans", "organizations", "inputs", "pages"])
@settings(max_examples=15)
@given(data=st.data())
def test_hash_does_not_depend_on_files_chunks_and_order(name: str, data: st.DataObject) -> None:
    rows = data.draw(draw_rows(name))
    expected = hash_quickly(name, rows)
    cuts = sorted(data.draw(st.lists(st.integers(0, rows.height), max_size=4)))
    edges = [0, *cuts, rows.height]
    slices = [rows[start:end] for start, end in pairwise(edges)]

    assert hash_quickly(name, *slices) == expected
    assert hash_quickly(name, pl.concat(slices, rechunk=False)) == expected
    shuffled = rows.sample(fraction=1, shuffle=True, seed=data.draw(st.integers(0, 9)))
    with tempfile.TemporaryDirectory() as folder:
        write_table(shuffled, name, Path(folder), partitions=data.draw(st.sampled_from([1, 4, 1024])))
        files = list_files(Path(folder) / name)
        assert hash_quickly(name, *(scan_files([file]).collect() for file in files)) == expected


def test_offsets_and_garbage_under_nulls_do_not_matter() -> None:
    long = pl.DataFrame({"detail": ["x", None, "secret", "é"], "parser_version": [1, 2, 3, 4]})
    hidden = long.with_columns(
        detail=pl.when(pl.col("detail") == "secret").then(None).otherwise(pl.col("detail")),
        parser_version=pl.when(pl.col("parser_version") > 2).then(None).otherwise(pl.col("parser_version")),
    )
    plain = pl.DataFrame({"detail": [None, None, "é"], "parser_version": [2, None, None]})
    others = {column.name: column.dtype for column in list_columns(TABLES["quarantine"])}

    def widen(rows: pl.DataFrame) -> pl.DataFrame:
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in others.items() if name not in rows.columns]
        identified = rows.with_columns(*missing).with_columns(dump_id=pl.lit("ab" * 16))
        return identified.select(pl.col(name).cast(dtype) for name, dtype in others.items())

    assert hash_partitions([widen(hidden)[1:]], "quarantine") == hash_partitions([widen(plain)], "quarantine")


@pytest.mark.parametrize("name", TABLES)
def test_every_column_counts(tables: dict[str, pl.DataFrame], name: str) -> None:
    changed = {
        pl.String: pl.lit("changed"),
        pl.Int32: pl.lit(77, pl.Int32),
        pl.Int64: pl.lit(77, pl.Int64),
        pl.Date: pl.lit(dt.date(1999, 1, 1)),
        pl.List: pl.lit(["changed"], pl.List(pl.String)),
    }
    rows = tables[name]
    seen = {hash_quickly(name, rows)}
    for column in rows.columns[1:]:
        dtype = rows.schema[column]
        other = ~pl.col(column) if dtype == pl.Boolean else changed[dtype.base_type()]
        seen.add(hash_quickly(name, rows.with_columns(other.alias(column))))

    assert len(seen) == rows.width


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"detail": None}, {"detail": ""}),
        ({"detail": "ab", "text": "c"}, {"detail": "a", "text": "bc"}),
        ({"detail": "é"}, {"detail": "e\u0301"}),
    ],
)
def test_values_that_only_look_alike_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    base = {
        "dump_id": "ab" * 16,
        "byte_start": 0,
        "byte_end": 1,
        "reason": "r",
        "text": "t",
        "text_is_truncated": False,
    }
    first, second = (make_rows("quarantine", [{**base, **values}]) for values in (one, other))

    assert hash_partitions([first], "quarantine") != hash_partitions([second], "quarantine")


def test_only_the_partition_of_a_changed_row_changes() -> None:
    links = make_rows(
        "links",
        [
            {"paper_id": make_id(str(number)), "position": 0, "url": "u", "host": "h", "kind": "other"}
            for number in range(4000)
        ],
    )
    before = hash_partitions([links], "links")
    target = links["paper_id"][1000]
    after = hash_partitions(
        [links.with_columns(url=pl.when(pl.col("paper_id") == target).then(pl.lit("v")).otherwise("url"))], "links"
    )

    partitions = list_partitions(2)
    assert list(before) == list(after) == partitions
    assert [digits for digits in partitions if before[digits] != after[digits]] == [target[:2]]


def test_inputs_are_outside_the_content(tables: dict[str, pl.DataFrame]) -> None:
    hashes = {name: hash_quickly(name, rows) for name, rows in tables.items()}

    assert hash_content(hashes) == hash_content({**hashes, "inputs": "00" * 32})
    for name in set(TABLES) - OUTSIDE_CONTENT:
        assert hash_content(hashes) != hash_content({**hashes, name: "00" * 32})
