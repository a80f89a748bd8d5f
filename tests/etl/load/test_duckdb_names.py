from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from etl.load.duckdb_names import PathUnspeakableError, escape_pattern, quote_name, quote_text
from etl.load.tables import select_table
from tests.conftest_tables import make_rows, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

NASTY = ["it's", 'a "b"', "semi;colon -- drop", "é\n\t", "*?[", "$1 {} %s", ""]


@pytest.mark.parametrize("text", NASTY)
def test_text_stays_text(text: str) -> None:
    assert duckdb.sql(f"SELECT {quote_text(text)}").fetchall() == [(text,)]


@pytest.mark.parametrize("name", NASTY[:-1])
def test_name_stays_a_name(name: str) -> None:
    assert duckdb.sql(f"SELECT 1 AS {quote_name(name)}").columns == [name]


@pytest.mark.parametrize("folder", ["a[1]", "x*", "[[]", "**", "day=1", "it's", "{a,b}", "%20", "a\\b", "é\n"])
def test_file_is_found_by_its_very_name(tmp_path: Path, folder: str) -> None:
    """Beside each name stand those that DuckDB would take it for, were it a pattern."""
    for decoy in ("a1", "xx", "yy", "[", "zz", "it''s", "a", "ab", " "):
        write_tables({"links": make_links("decoy")}, tmp_path / decoy)
    write_tables({"links": make_links(folder)}, tmp_path / folder)

    found = duckdb.sql(select_table("links", [tmp_path / folder / "links" / "part-00000.parquet"]))

    assert found.columns == ["paper_id", "position", "url", "host", "kind"]
    assert [url for _, _, url, _, _ in found.fetchall()] == [folder]


@pytest.mark.parametrize("folder", ["a\\b[1]", "a\\*", "a?"])
def test_path_that_duckdb_cannot_be_told_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(PathUnspeakableError, match="rename that folder"):
        escape_pattern(tmp_path / folder)


def make_links(url: str) -> pl.DataFrame:
    return make_rows("links", [{"paper_id": "00" * 16, "position": 0, "url": url, "host": "h", "kind": "other"}])
