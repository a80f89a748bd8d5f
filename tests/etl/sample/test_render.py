"""The layouts against dumps of the real source that lie beside the project."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from etl.sample.cards import Card
from etl.sample.crawl import Kind, Page
from etl.sample.names import Organization
from etl.sample.render import render_card, render_header, render_page

if TYPE_CHECKING:
    from pathlib import Path


def make_card(**changes: Any) -> Card:  # noqa: ANN401 - any field of a card
    plain = Card(
        paper=0,
        title="Title",
        abstract="Abstract.",
        author_count=1,
        organization=None,
        date_line="Jan 5",
        comment_count=None,
        published_on=None,
        year_is_printed=False,
        has_footer=True,
        is_damaged=False,
    )
    return plain._replace(**changes)


@pytest.mark.parametrize(
    ("card", "footer"),
    [
        (make_card(), "\n\n  • 1 authors\n·\nJan 5"),
        (make_card(comment_count=21), "\n\n  • 1 authors\n·\nJan 5 21"),
        (make_card(date_line="Jul 10, 2023", comment_count=4), "\n\n  • 1 authors\n·\nJul 10, 2023 4"),
        (make_card(organization=Organization("a-b", "A B")), "\n\na-b A B\n·\nJan 5"),
        (make_card(has_footer=False), ""),
    ],
)
def test_a_card_is_title_abstract_and_footer(card: Card, footer: str):
    assert render_card(card) == f"Title\n\nAbstract.{footer}"


def test_places_are_counted_in_bytes():
    page = Page(0, Kind.MIXED, dt.date(2025, 1, 6))
    rendered = render_page(page, [make_card(title="Ångström · 漢字"), make_card()])
    first, second = (rendered.raw[start:end].decode() for start, end in rendered.places)
    assert first == "Ångström · 漢字\n\nAbstract.\n\n  • 1 authors\n·\nJan 5"
    assert second == "Title\n\nAbstract.\n\n  • 1 authors\n·\nJan 5"
    assert rendered.raw.decode() == f"{render_header(page)}\n\n{first}\n\n{second}"


@pytest.mark.parametrize(
    ("seed", "kind", "day"),
    [
        ("000_e89a2d031ff71348.txt", Kind.MIXED, dt.date(2025, 10, 29)),
        ("001_67640f0c92761d5c.txt", Kind.NEW_YEAR, dt.date(2025, 12, 26)),
        ("002_c64b71e98eeb7bf5.txt", Kind.PLAIN, dt.date(2025, 3, 11)),
    ],
)
def test_the_header_is_the_source_s_byte_for_byte(shared_dumps: Path, seed: str, kind: Kind, day: dt.date):
    raw = (shared_dumps / "seeds" / seed).read_bytes()
    assert raw.startswith(render_header(Page(0, kind, day)).encode() + b"\n\n")


def test_pages_of_real_papers_come_out_as_they_are_known(shared_dumps: Path):
    truth = shared_dumps / "rendered_truth"
    records = [json.loads(line) for line in (truth / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    pages = [json.loads(line) for line in (truth / "dumps.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(pages) == 18
    for number, truth_of_page in enumerate(pages):
        own = [record for record in records if record["dump"] == truth_of_page["dump"]]
        kind = Kind.PLAIN if truth_of_page["mode"] == "nofooter" else Kind.MIXED
        page = Page(number, kind, dt.date.fromisoformat(truth_of_page["page_date"]))
        rendered = render_page(page, map(read_card, own))
        assert rendered.raw == (shared_dumps / "rendered" / truth_of_page["dump"]).read_bytes()
        assert rendered.places == [(record["byte_start"], record["byte_end"]) for record in own]


def read_card(record: dict[str, Any]) -> Card:
    handle = record["organization_handle"]
    return make_card(
        title=record["title"],
        abstract=record["abstract"],
        author_count=record["author_count"],
        organization=Organization(handle, record["organization_name"]) if handle else None,
        date_line=record["date_text"],
        comment_count=record["trailing_number"],
        has_footer=record["has_footer"],
    )
