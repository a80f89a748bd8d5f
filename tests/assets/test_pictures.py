"""Plots as Dagster shows them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import polars as pl

import assets.pictures
from assets.pictures import MAX_BARS, draw_bytes_by_role, draw_papers_by_year, draw_repeats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import dagster as dg
    import pytest

PICTURE = re.compile(r"!\[([a-z0-9 ]+)\]\(<data:image/svg\+xml,([^<>\n]+)>\)")
SHOWN_AT_ONCE = 1_000
"""Dagster shows Markdown with fewer letters without a click."""
Bars = tuple[list[str], dict[str, list[int]]]


def watch_bars(monkeypatch: pytest.MonkeyPatch) -> list[Bars]:
    """See which bars are drawn."""
    drawn: list[Bars] = []
    draw = assets.pictures.draw_small_bars

    def draw_and_tell(labels: Sequence[str], series: Mapping[str, Sequence[int]], *, colors: Sequence[str]) -> str:
        drawn.append((list(labels), {name: list(amounts) for name, amounts in series.items()}))
        return draw(labels, series, colors=colors)

    monkeypatch.setattr(assets.pictures, "draw_small_bars", draw_and_tell)
    return drawn


def read_picture(shown: dg.MarkdownMetadataValue) -> tuple[str, set[str]]:
    """Read what a picture is called, and the words in it."""
    what, address = PICTURE.fullmatch(shown.value).groups()
    return what, {"".join(text.itertext()).strip() for text in ET.fromstring(unquote(address)).iter() if text.text}  # noqa: S314


def test_a_picture_is_svg_in_markdown_and_nothing_else():
    what, words = read_picture(draw_bytes_by_role({"listing": 90, "chrome": 6, "blank": 3, "quarantine": 1}))
    assert what == "bytes by role"
    assert words == {"listing 90 · 90.0 %", "chrome 6 · 6.0 %", "blank 3 · 3.0 %", "quarantine 1 · 1.0 %"}


def test_pictures_of_large_sets_are_shown_without_a_click():
    numbers = range(MAX_BARS)
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=number) for number in numbers for _ in range(1 + 7 * number % 50)]
    listings = pl.LazyFrame({"dump_id": [str(day) for day in days], "page_on": days})
    merges = listings.gather_every(3).select("dump_id", is_survivor=pl.lit(value=False))
    papers = pl.LazyFrame(
        {
            "published_on": [dt.date(2000 + number % 27, 1, 1) for number in range(2_000)],
            "published_year_basis": [("printed", "inferred", "given")[number**2 % 7 % 3] for number in range(2_000)],
        }
    )
    roles = {"listing": 98 * 10**9, "chrome": 10**9, "blank": 10**9, "quarantine": 10**9}
    for shown in (draw_repeats(listings, merges), draw_papers_by_year(papers), draw_bytes_by_role(roles)):
        read_picture(shown)
        assert len(shown.value) < SHOWN_AT_ONCE


def test_papers_are_counted_by_year_and_by_how_it_is_known(monkeypatch: pytest.MonkeyPatch):
    drawn = watch_bars(monkeypatch)
    days = [dt.date(2024, 2, 2), dt.date(2025, 1, 1), dt.date(2025, 3, 1), None]
    papers = pl.LazyFrame({"published_on": days, "published_year_basis": ["printed", "printed", "inferred", None]})
    draw_papers_by_year(papers)
    assert drawn == [
        (
            ["2024", "2025", "unknown"],
            {"year printed": [1, 1, 0], "year inferred": [0, 1, 0], "year unknown": [0, 0, 1]},
        )
    ]


def test_repeats_are_counted_by_dump_in_the_order_of_their_days(monkeypatch: pytest.MonkeyPatch):
    drawn = watch_bars(monkeypatch)
    listings = pl.LazyFrame(
        {"dump_id": ["a", "a", "b", "c"], "page_on": [dt.date(2025, 5, 2)] * 2 + [dt.date(2025, 5, 1), None]}
    )
    merges = pl.LazyFrame({"dump_id": ["a", "b", "a"], "is_survivor": [False, True, False]})
    draw_repeats(listings, merges)
    labels = ["2025-05-01", "2025-05-02", "undated"]
    assert drawn == [(labels, {"first listing": [1, 0, 1], "repeats another": [0, 2, 0]})]


def test_many_dumps_are_added_up_and_the_picture_says_so(monkeypatch: pytest.MonkeyPatch):
    drawn = watch_bars(monkeypatch)
    listings = pl.LazyFrame({"dump_id": [f"{number:03}" for number in range(100)], "page_on": [None] * 100})
    shown = draw_repeats(
        listings.with_columns(pl.col("page_on").cast(pl.Date)),
        pl.LazyFrame(schema={"dump_id": pl.String, "is_survivor": pl.Boolean}),
    )
    ((labels, series),) = drawn
    assert (len(labels), series["first listing"]) == (25, [4] * 25)
    assert "listings per 4 dumps" in shown.value


def test_nothing_to_show_is_still_a_picture():
    papers = pl.LazyFrame(schema={"published_on": pl.Date, "published_year_basis": pl.String})
    assert PICTURE.fullmatch(draw_papers_by_year(papers).value)
    assert PICTURE.fullmatch(draw_bytes_by_role(dict.fromkeys(("listing", "chrome", "blank", "quarantine"), 0)).value)
