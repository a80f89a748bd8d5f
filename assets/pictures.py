"""Plots of a result, as Dagster shows them: SVG inside the metadata, asked for from nowhere.

Dagster shows Markdown of 1,000 letters or more behind a link "[Show Markdown]", so the pictures are thumbnails.
Labels are years, days, codes and our own words. No text of a dump is in a picture, nor in the Markdown around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg
import polars as pl

from etl.report.plots import Part
from etl.report.thumbnails import draw_small_bars, draw_small_parts, make_address
from schemas.codes import LISTING_YEAR_BASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
MAX_BARS: Final = 32
"""More bars than this cannot be told apart, nor do they fit into a thumbnail; neighbours are added up."""

_ROLES: Final = {"listing": "first", "chrome": "second", "blank": "fourth", "quarantine": "alarm"}


def draw_bytes_by_role(amounts: Mapping[str, int]) -> dg.MarkdownMetadataValue:
    """Draw into which roles the bytes of all dumps went; ``amounts`` has each role's bytes."""
    parts = [Part(role, amounts[role], color) for role, color in _ROLES.items()]
    return show_picture(draw_small_parts(parts), "bytes by role")


def draw_papers_by_year(papers: pl.LazyFrame) -> dg.MarkdownMetadataValue:
    """Draw the papers of each year of publication, by how the year is known; those without one stand last."""
    year = pl.col("published_on").dt.year().cast(pl.String).fill_null("unknown")
    basis = pl.col("published_year_basis").fill_null("unknown")
    counts = papers.group_by(year.alias("label"), basis.alias("basis")).len("count").sort("label", "basis").collect()
    labels = counts["label"].unique().sort().to_list()
    series = {
        known: [int(counts.filter(label=label, basis=known)["count"].sum()) for label in labels]
        for known in (*LISTING_YEAR_BASES, "unknown")
    }
    shown = {f"year {name}": amounts for name, amounts in series.items() if any(amounts)}
    return show_picture(draw_small_bars(labels, shown, colors=_choose_colors(shown)), "papers per year")


def draw_repeats(listings: pl.LazyFrame, merges: pl.LazyFrame) -> dg.MarkdownMetadataValue:
    """Draw how many listings of each dump are a paper's first one, and how many repeat one; by the dumps' days."""
    repeats = merges.filter(~pl.col("is_survivor")).group_by("dump_id").len("repeats")
    dumps = (
        listings.group_by("dump_id")
        .agg(pl.len().alias("count"), pl.col("page_on").min())
        .join(repeats, on="dump_id", how="left")
        .sort("page_on", "dump_id", nulls_last=True)
        .select(pl.col("page_on").cast(pl.String).fill_null("undated"), "count", pl.col("repeats").fill_null(0))
        .collect()
    )
    length = max(1, -(-dumps.height // MAX_BARS))
    bars = list(dumps.iter_slices(length))
    firsts = [int(bar["count"].sum() - bar["repeats"].sum()) for bar in bars]
    series = {"first listing": firsts, "repeats another": [int(bar["repeats"].sum()) for bar in bars]}
    what = "listings per dump" if length == 1 else f"listings per {length} dumps"
    return show_picture(draw_small_bars([bar["page_on"][0] for bar in bars], series, colors=("first", "third")), what)


def show_picture(svg: str, what: str) -> dg.MarkdownMetadataValue:
    """Show a picture in the metadata of an asset; ``what`` is said where it cannot be seen."""
    return dg.MetadataValue.md(f"![{what}](<{make_address(svg)}>)")


def _choose_colors(series: Mapping[str, Sequence[int]]) -> list[str]:
    colors = {"year printed": "first", "year inferred": "second", "year given": "third"}
    return [colors.get(name, "fourth") for name in series]
