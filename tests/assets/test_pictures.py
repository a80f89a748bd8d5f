"""Plots as Dagster shows them."""

from __future__ import annotations

import base64
import datetime as dt
import re
from typing import TYPE_CHECKING

import polars as pl

import assets.pictures
from assets.pictures import draw_bytes_by_role, draw_papers_by_year, draw_repeats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest
    from matplotlib.figure import Figure

PNG = re.compile(r"!\[([a-z0-9 ]+)\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)")
Bars = tuple[list[str], dict[str, list[int]]]


def watch_bars(monkeypatch: pytest.MonkeyPatch) -> list[Bars]:
    """See which bars are drawn."""
    drawn: list[Bars] = []
    draw = assets.pictures.draw_bars

    def draw_and_tell(labels: Sequence[str], series: Mapping[str, Sequence[int]], *, colors: Sequence[str]) -> Figure:
        drawn.append((list(labels), {name: list(amounts) for name, amounts in series.items()}))
        return draw(labels, series, colors=colors)

    monkeypatch.setattr(assets.pictures, "draw_bars", draw_and_tell)
    return drawn


def test_a_picture_is_a_png_in_markdown_and_nothing_else():
    shown = draw_bytes_by_role({"listing": 90, "chrome": 6, "blank": 3, "quarantine": 1})
    what, data = PNG.fullmatch(shown.value).groups()
    assert what == "bytes by role"
    assert base64.b64decode(data).startswith(b"\x89PNG")
    assert len(data) < 80_000


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
    assert (len(labels), series["first listing"]) == (34, [3] * 33 + [1])
    assert "listings per 3 dumps" in shown.value


def test_nothing_to_show_is_still_a_picture():
    papers = pl.LazyFrame(schema={"published_on": pl.Date, "published_year_basis": pl.String})
    assert PNG.fullmatch(draw_papers_by_year(papers).value)
    assert PNG.fullmatch(draw_bytes_by_role(dict.fromkeys(("listing", "chrome", "blank", "quarantine"), 0)).value)
