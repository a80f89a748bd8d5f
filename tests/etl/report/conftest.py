"""Releases to look at: the small one of all tests, one of hostile texts, and one that holds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.load.lock import hold_lock
from etl.load.release import publish
from etl.load.warehouse import Warehouse
from etl.report.page import render_report
from tests.conftest_tables import make_rows, make_tables, publish_release, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release

HOSTILE_TITLES = (
    "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>",
    "\u202egnp.exe\u2066 is \u200fno picture",
    "W" * 2_000,
    "{{ 7 * 7 }} {% raw %} 👩‍🔬👨‍👩‍👧‍👦 Z\u0351\u036b\u0343a\u0327\u0321l\u0334\u0358go </style></title>",
)
HOSTILE_TEXT = "\x00\x1b[31m</pre><script>document.title = 'taken'</script>\n" + "X" * 5_000


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_release(Warehouse(tmp_path_factory.mktemp("report") / "warehouse"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Publish papers whose titles, names and quarantined texts were written to break a page."""
    tables = make_tables()
    titles = dict(zip(sorted(tables["papers"]["paper_id"]), HOSTILE_TITLES, strict=True))
    for table in ("papers", "listings"):
        tables[table] = tables[table].with_columns(
            title=pl.col("paper_id").replace_strict(titles),
            organization_name=pl.when(pl.col("organization_name").is_not_null()).then(pl.lit('"><b>' + "Ä" * 3_000)),
        )
    tables["quarantine"] = tables["quarantine"].with_columns(text=pl.lit(HOSTILE_TEXT))
    tables["inputs"] = tables["inputs"].with_columns(path=pl.concat_str(pl.lit("<u>" + "deep/" * 80), "path"))
    return _publish(tables, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Publish a release without a single row."""
    tables = {table: make_rows(table, []) for table in make_tables()}
    return _publish(tables, tmp_path_factory.mktemp("empty"))


def _publish(tables: dict[str, pl.DataFrame], folder: Path) -> Release:
    warehouse = Warehouse(folder / "warehouse")
    with hold_lock(warehouse, wait=False) as lock:
        return publish(
            warehouse,
            write_tables(tables, warehouse.state / "build"),
            lock=lock,
            facts={},
            documents={"report.html": render_report},
        )
