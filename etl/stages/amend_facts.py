"""Amending what an earlier build knows of pages: only those are asked again on which a changed paper stands.

What papers say of a page is summed up page by page, so a page's facts are made anew as a whole, from all the papers on
it and all their listings, wherever these stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.stages.amend import AMENDED_CARDS, read_rows_of
from etl.stages.identity import close_groups
from etl.stages.runs import WHOLE, read_runs, write_run
from etl.transform.candidates import halve_id
from etl.transform.dated_papers import PAGE
from etl.transform.dates import CUT_DAY, forget_cut_days
from etl.transform.page_facts import find_paper_facts, sum_facts, summarize_pages

if TYPE_CHECKING:
    from pathlib import Path

    from etl.stages.amend import Amendment
    from etl.stages.receipt import Earlier
    from etl.stages.runs import Bucket

FACTS_NAME: Final = "facts"
"""The folder of what all papers say of each page, as :class:`PaperFacts`, and of :data:`SUMMARIES_NAME`."""

SUMMARIES_NAME: Final = "summaries"
"""What the cards of each page print of their days."""

DATING: Final = (*PAGE, "page_on", "capture_year", "capture_year_basis")
"""What dates a page's listings: its day, and the year that its year-less cards are of."""

DATED: Final = (*PAGE, "month", "day", *CUT_DAY)
"""What of a card is evidence for the year of a page."""


class AmendedFacts(NamedTuple):
    """What was amended: the earlier result, the candidates touched so far, and the dumps whose pages were asked again.

    Those that went are among these dumps.
    """

    earlier: Earlier
    touched: pl.Series
    dumps: pl.Series


def amend_facts(source: Path, identified: Path, amendment: Amendment, folder: Path) -> AmendedFacts | None:
    """Write the facts of all pages, from those of an earlier result and of the pages that are to be asked again.

    ``source`` is the folder of extraction's runs, ``identified`` that of identify. None if these pages are too many.
    """
    changes, known = amendment.changes, amendment.earlier.folder / FACTS_NAME
    touched = amendment.read_touched()
    places = read_rows_of(source / "candidates", touched, "alias_id", ["dump_id", "alias_id"])
    asked = pl.concat([places["dump_id"], pl.Series("dump_id", changes.came, pl.String)]).unique()
    cards = forget_cut_days(read_rows_of(source / "cards", asked, "dump_id", [*DATED, "alias_id"]))
    papers = _read_papers(source, identified, cards["alias_id"]) if cards.height <= AMENDED_CARDS else None
    if papers is None or papers.height > AMENDED_CARDS:
        return None
    facts = sum_facts(find_paper_facts(papers))._asdict() | {SUMMARIES_NAME: summarize_pages(cards)}
    dumps = pl.concat([asked, pl.Series("dump_id", changes.went, pl.String)])
    for kind, rows in facts.items():
        standing = read_runs(known / kind).filter(~_is_of(dumps, kind))
        new = rows.filter(_is_of(dumps, kind))
        write_run(
            pl.concat([standing, new]), folder / FACTS_NAME / kind / "all.arrow", halve_id("dump_id"), "page_number"
        )
    return AmendedFacts(amendment.earlier, touched, dumps)


def _is_of(dumps: pl.Series, kind: str) -> pl.Expr:
    """Tell whether a fact is of one of these dumps; of two linked pages either may be."""
    columns = ("dump_id", "other_dump_id") if kind == "links" else ("dump_id",)
    return pl.any_horizontal(pl.col(name).is_in(dumps.implode()) for name in columns)


def _read_papers(source: Path, identified: Path, aliases: pl.Series) -> pl.DataFrame:
    """Read all cards of the papers of some candidates, each with its ``group_id``."""
    groups = read_runs(identified / "groups")
    members = close_groups(aliases, groups)
    cards = read_rows_of(source / "candidates", members, "alias_id", [*DATED, "alias_id"])
    return (
        forget_cut_days(cards)
        .join(groups, on="alias_id", how="left")
        .with_columns(pl.col("group_id").fill_null(pl.col("alias_id")))
    )


def find_redated(source: Path, identified: Path, amended: AmendedFacts, page_dates: pl.DataFrame) -> pl.Series:
    """Find the candidates touched so far, and those on pages that are dated otherwise now, with all of their papers."""
    before = read_page_dates(amended.earlier.folder)
    new = page_dates.select(before.columns)
    pages = pl.concat(
        [
            one.join(other, on=one.columns, how="anti", nulls_equal=True).select(PAGE)
            for one, other in ((before, new), (new, before))
        ]
    ).unique()
    cards = read_rows_of(source / "cards", pages["dump_id"], "dump_id", [*PAGE, "alias_id"])
    aliases = cards.join(pages, on=PAGE, how="semi")["alias_id"]
    return close_groups(pl.concat([amended.touched.alias("alias_id"), aliases]), read_runs(identified / "groups"))


def read_page_dates(folder: Path, bucket: Bucket = WHOLE) -> pl.DataFrame:
    """Read back what dates the pages of a range of dumps, as :data:`DATING`."""
    return read_runs(folder / "page_dates", bucket)
