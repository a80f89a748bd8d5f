"""Amending the tables of papers: the papers that are touched are made anew, from all of their listings.

A paper is touched with all of its candidates, before and now, so the rows that go from each table are those of these
papers, and the rows that come are theirs as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.load.tables import list_files, read_table, scan_files
from etl.stages.amend import AMENDED_CARDS, amend_table, amend_tables, read_rows_of
from etl.stages.amend_facts import DATING
from etl.stages.identity import NEAR_NAME
from etl.stages.runs import read_runs, write_run
from etl.stages.validated import write_report
from etl.transform.candidates import halve_id
from etl.transform.listings import date_listings, name_papers
from etl.transform.organizations import count_organizations, list_organizations
from etl.transform.paper_tables import make_paper_tables
from etl.transform.provenance import find_near_misses, list_aliases
from schemas import TABLES
from schemas.columns import list_key

if TYPE_CHECKING:
    from pathlib import Path

    from etl.stages.amend import Amended, Amendment
    from etl.stages.parts import Parts

LISTING: Final = ("dump_id", "position")


class Touched(NamedTuple):
    """The papers that are made anew.

    ``aliases``: all their candidates, before and now, by their ids; ``listings``: their cards of now, as of
    ``etl.transform.listings.name_papers``; ``printed``: the same, with what the table listings shows.
    """

    aliases: pl.Series
    listings: pl.DataFrame
    printed: pl.DataFrame


def read_touched_cards(source: Path, identified: Path, dated: Path, amendment: Amendment) -> Touched | None:
    """Read what the papers that earlier stages have touched print; None if that is too much.

    ``source`` is the folder of extraction's runs, the others are those of identify and of date.
    """
    aliases = amendment.read_touched()
    cards = read_rows_of(source / "candidates", aliases, "alias_id")
    if cards.height > AMENDED_CARDS:
        return None
    dates = read_rows_of(dated / "page_dates", cards["dump_id"], "dump_id", DATING)
    groups = read_rows_of(identified / "groups", aliases, "alias_id")
    printed = read_rows_of(source / "cards", cards["dump_id"], "dump_id").join(cards, on=LISTING, how="semi")
    whole = date_listings(cards, dates).join(groups, on="alias_id", how="left")
    listings = name_papers(whole.with_columns(pl.col("group_id").fill_null(pl.col("alias_id"))))
    return Touched(
        aliases, listings, date_listings(printed, dates).join(listings.select(*LISTING, "paper_id"), on=LISTING)
    )


def amend_papers(
    identified: Path, folder: Path, parts: Parts, amendment: Amendment, touched: Touched
) -> dict[str, int]:
    """Write all tables of papers and listings, from those of the earlier result and of the papers that are touched."""
    earlier = amendment.earlier
    listings = touched.listings
    aliases = list_aliases(listings)
    made = make_paper_tables(listings, read_rows_of(identified / "matches", listings["alias_id"], "alias_id"))
    rows = {**made._asdict(), "aliases": aliases, "listings": touched.printed}
    tables = {name: conform(some, name) for name, some in rows.items()}
    went = touched.aliases.alias("paper_id").to_frame()
    dumps = pl.concat([listings["dump_id"], pl.Series("dump_id", amendment.changes.went, pl.String)])
    places = {"paper_id": touched.aliases, "alias_id": touched.aliases, "dump_id": dumps}
    amended = amend_tables(tables, went, places, earlier.folder, folder, parts)
    amended["near_misses"] = _amend_near_misses(identified, earlier.folder, folder, touched.aliases, aliases)
    amended["organizations"] = _amend_organizations(earlier.folder, folder, amended["papers"])
    counts = earlier.receipt.metrics
    growth = {name: table.growth for name, table in amended.items()}
    before = count_listings(amended["listings"].went, amended["merges"].went)
    growth |= {name: count - before[name] for name, count in count_listings(touched.printed, made.merges).items()}
    broken_rules = write_report([{name: table.broken for name, table in amended.items()}], folder)
    return {
        **{name: int(counts[name]) + more for name, more in growth.items()},
        "broken_rules": broken_rules,
        **parts._asdict(),
        "made": made.papers.height,
    }


def _amend_near_misses(
    identified: Path, earlier: Path, folder: Path, touched: pl.Series, aliases: pl.DataFrame
) -> Amended:
    """Write the near misses, and the run of the candidates that stand in them."""
    standing = read_runs(earlier / NEAR_NAME).filter(~pl.col("alias_id").is_in(touched.implode()))
    near = read_runs(identified / NEAR_NAME)
    known = pl.concat([standing, aliases.select(standing.columns)]).join(near, on="alias_id", how="semi")
    write_run(known, folder / NEAR_NAME / "all.arrow", halve_id("alias_id"), "alias_id")
    return _amend_whole("near_misses", earlier, folder, find_near_misses(known, read_runs(identified / "near_misses")))


def _amend_organizations(earlier: Path, folder: Path, papers: Amended) -> Amended:
    """Write the organisations; those of papers that went or came are counted anew, over all papers."""
    name = "organization_handle"
    handles = pl.concat([papers.went[name], papers.came[name]]).drop_nulls().unique()
    if papers.broken:  # they were not written, and nothing will be published
        handles = handles[:0]
    scanned = scan_files(list_files((earlier if papers.broken else folder) / "papers"))
    columns = (name, "organization_name", "first_listed_on", "last_listed_on")
    counted = count_organizations(scanned.select(columns).filter(pl.col(name).is_in(handles.implode())).collect())
    rows = conform(list_organizations(counted), "organizations")
    return amend_table("organizations", earlier, folder, 1, handles.to_frame(), rows, handles)


def _amend_whole(table: str, earlier: Path, folder: Path, rows: pl.DataFrame) -> Amended:
    went = read_table(earlier, table).select(list_key(TABLES[table]))
    return amend_table(table, earlier, folder, 1, went, conform(rows, table), went[:, 0])


def count_listings(listings: pl.DataFrame, merges: pl.DataFrame) -> dict[str, int]:
    """Count for people how many of the listings were merged, and how many of their years inferred."""
    return {
        "merged_listings": merges.filter(~pl.col("is_survivor")).height,
        "inferred_years": listings.filter(pl.col("published_year_basis") == "inferred").height,
    }


def conform(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Take the columns of a table, in its types."""
    columns = TABLES[table].to_schema().columns
    return rows.select(pl.col(name).cast(column.dtype.type) for name, column in columns.items())
