from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from etl.load import gates as gates_module
from etl.load.gates import InvariantBrokenError, check_gates
from etl.load.invariants import GATES
from etl.load.tables import list_files
from tests.conftest_tables import EMPTY, GRAPHS, LADDERS, LAMPS, NOVEMBER, OCTOBER, TIDES, make_id, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[[pl.DataFrame], pl.DataFrame]


def check(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    folders = write_tables(tables, folder)
    check_gates({name: list_files(path) for name, path in folders.items()}, folder / "spill")


def set_where(column: str, value: object, **keys: object) -> Change:
    """Change one column of the rows that have these values."""
    rows = pl.all_horizontal(pl.col(name) == wanted for name, wanted in keys.items())
    return lambda table: table.with_columns(
        pl.when(rows).then(pl.lit(value, table.schema[column])).otherwise(pl.col(column)).alias(column)
    )


def drop_where(**keys: object) -> Change:
    return lambda table: table.remove(**keys)


def repeat_where(column: str, value: object, **keys: object) -> Change:
    """Add a copy of the rows that have these values, with another value in one column."""
    return lambda table: pl.concat([table, set_where(column, value, **keys)(table.filter(**keys))])


def test_consistent_tables_pass(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    check(tables, tmp_path)


def test_a_gate_that_cannot_do_with_little_memory_gets_more(
    tables: dict[str, pl.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates_module, "LITTLE_MEMORY", ("1MB", "80%"))
    with pytest.raises(duckdb.OutOfMemoryException), duckdb.connect(config={"memory_limit": "1MB"}) as connection:
        connection.execute("SELECT count(DISTINCT range) FROM range(100000)").fetchall()
    check(tables, tmp_path / "good")
    spoilt = {**tables, "papers": tables["papers"].head(1)}
    with pytest.raises(InvariantBrokenError):
        check(spoilt, tmp_path / "bad")


def test_tables_without_rows_pass(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    check({name: rows.clear() for name, rows in tables.items()}, tmp_path)


LAST = {"dump_id": OCTOBER, "position": 3}
BROKEN: list[tuple[str, str, Change]] = [
    ("bytes_tile_dumps", "spans", drop_where(dump_id=OCTOBER, byte_start=0)),
    ("bytes_tile_dumps", "spans", drop_where(dump_id=OCTOBER, byte_start=60)),
    ("bytes_tile_dumps", "spans", set_where("byte_end", 11, dump_id=OCTOBER, byte_start=9)),
    ("bytes_tile_dumps", "listings", set_where("byte_end", 149, **LAST)),
    ("bytes_tile_dumps", "listings", set_where("byte_end", 151, **LAST)),
    ("bytes_tile_dumps", "dumps", set_where("byte_count", 1, dump_id=EMPTY)),
    ("bytes_tile_dumps", "quarantine", repeat_where("dump_id", make_id("nobody"), reason="dump_rejected")),
    ("bytes_by_role", "spans", set_where("role", "chrome", dump_id=OCTOBER, byte_start=60)),
    ("dumps_listing_count", "dumps", set_where("listing_count", 4, dump_id=OCTOBER)),
    ("dumps_page_count", "dumps", set_where("page_count", 2, dump_id=OCTOBER)),
    ("dumps_quarantine_count", "dumps", set_where("quarantine_count", 0, dump_id=OCTOBER)),
    ("pages_listing_count", "pages", set_where("listing_count", 2, dump_id=OCTOBER)),
    ("papers_listing_count", "papers", set_where("listing_count", 2, paper_id=LADDERS)),
    ("papers_dump_count", "papers", set_where("dump_count", 2, paper_id=LADDERS)),
    ("papers_listing_count", "papers", repeat_where("paper_id", make_id("nobody"), paper_id=TIDES)),
    ("papers_first_listed_on", "papers", set_where("first_listed_on", None, paper_id=LADDERS)),
    ("papers_last_listed_on", "papers", set_where("last_listed_on", None, paper_id=TIDES)),
    ("organizations_paper_count", "organizations", set_where("paper_count", 2, organization_handle="quiet-ai")),
    ("organizations_paper_count", "organizations", drop_where(organization_handle="Lamp-Lab")),
    (
        "organizations_first_listed_on",
        "organizations",
        set_where("first_listed_on", None, organization_handle="quiet-ai"),
    ),
    (
        "organizations_last_listed_on",
        "organizations",
        set_where("last_listed_on", None, organization_handle="quiet-ai"),
    ),
    ("pages_lead_to_dumps", "dumps", drop_where(dump_id=NOVEMBER)),
    ("listings_lead_to_pages", "listings", set_where("page_number", 1, **LAST)),
    ("inputs_lead_to_dumps", "inputs", set_where("dump_id", make_id("nobody"), path="copies.zip", member="b/0.txt")),
    ("dumps_lead_to_inputs", "inputs", drop_where(dump_id=EMPTY)),
    ("listings_lead_to_papers", "listings", set_where("paper_id", make_id("nobody"), **LAST)),
    ("links_lead_to_papers", "links", set_where("paper_id", make_id("nobody"), paper_id=GRAPHS)),
    ("merges_lead_to_listings", "merges", set_where("position", 7, dump_id=NOVEMBER, position=1)),
    ("variants_lead_to_listings", "variants", set_where("paper_id", LAMPS, dump_id=NOVEMBER)),
    ("aliases_lead_to_listings", "aliases", set_where("paper_id", LAMPS, alias_id=GRAPHS)),
    ("near_misses_lead_to_listings", "near_misses", set_where("position", 7, paper_id=GRAPHS)),
    ("near_misses_lead_to_other_listings", "near_misses", set_where("other_paper_id", TIDES, paper_id=GRAPHS)),
    ("papers_lead_to_aliases", "aliases", drop_where(alias_id=TIDES)),
    ("listings_page_on", "listings", set_where("page_on", None, dump_id=NOVEMBER, position=2)),
    ("merges_are_complete", "merges", drop_where(dump_id=NOVEMBER, position=1)),
    ("merges_are_complete", "merges", drop_where(paper_id=GRAPHS)),
    ("merges_are_complete", "merges", set_where("is_survivor", value=True, dump_id=NOVEMBER, position=1)),
    ("merges_match_within_the_paper", "merges", set_where("matched_position", 1, dump_id=NOVEMBER, position=0)),
    ("merges_match_within_the_paper", "merges", set_where("matched_dump_id", NOVEMBER, dump_id=NOVEMBER, position=0)),
    ("variants_rebuild_listings", "variants", drop_where(field="abstract")),
    ("variants_rebuild_listings", "variants", set_where("value", "4", field="comment_count", reason="older")),
    ("variants_rebuild_listings", "variants", repeat_where("field", "title", field="abstract")),
    ("variants_rebuild_listings", "papers", set_where("abstract", "other", paper_id=LAMPS)),
    ("variants_rebuild_listings", "listings", set_where("title", "Other", **LAST)),
]


@pytest.mark.parametrize("papers_at_once", [1, 1 << 20])
@pytest.mark.parametrize("broken", BROKEN, ids=[f"{invariant} by {table}" for invariant, table, _ in BROKEN])
def test_contradiction_is_found(
    monkeypatch: pytest.MonkeyPatch,
    tables: dict[str, pl.DataFrame],
    tmp_path: Path,
    broken: tuple[str, str, Change],
    papers_at_once: int,
) -> None:
    monkeypatch.setattr(gates_module, "PAPERS_AT_ONCE", papers_at_once)
    invariant, table, change = broken
    spoiled = change(tables[table])
    assert not spoiled.equals(tables[table])
    monkeypatch.setattr(gates_module, "GATES", [gate for gate in GATES if gate.name == invariant])

    with pytest.raises(InvariantBrokenError, match=f"break the invariant {invariant} ") as caught:
        check({**tables, table: spoiled}, tmp_path)
    assert caught.value.invariant == invariant


def test_every_gate_has_been_seen_to_close() -> None:
    assert {gate.name for gate in GATES} == {invariant for invariant, _, _ in BROKEN}


def test_message_names_invariant_and_example(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    tables["spans"] = drop_where(dump_id=OCTOBER)(tables["spans"])

    with pytest.raises(InvariantBrokenError) as caught:
        check(tables, tmp_path)
    assert str(caught.value) == (
        "nothing was published, since the tables break the invariant bytes_tile_dumps (listings, spans and quarantine "
        f"cover every byte of a dump once) in 2 places: dump_id = {OCTOBER}, expected_byte = 0, found_byte = 10, "
        "role = listing; this is a fault in a stage, please report it with this message"
    )
