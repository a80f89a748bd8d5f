from __future__ import annotations

import pytest

from etl.extract.layouts import ANCHORS, HEADER_LINES, LAYOUTS, choose_layout, is_trailer_line, name_header_line
from etl.extract.parse import parse_dump
from schemas import codes
from tests import strategies
from tests.hostile.cases import FENCE, SHEEP, write

DAYLESS = {"none": None}


@pytest.mark.parametrize("header", strategies.HEADERS)
def test_every_kind_of_page_has_a_test_page(header: str):
    day = DAYLESS.get(header, "Oct 29")
    dump = parse_dump(write(SHEEP, FENCE, header=header, day=day))
    assert [page[1:] for page in dump.pages] == [(strategies.LAYOUTS[header], day)]


def test_every_layout_is_told_by_a_test_page_and_is_a_known_code():
    names = {layout.name for layout in LAYOUTS}
    assert names == set(strategies.LAYOUTS.values())
    assert names | {"daily_papers_plain"} == set(codes.LAYOUTS)


def test_every_piece_of_furniture_is_a_known_code_and_named_by_its_own_lines():
    for kind, texts in HEADER_LINES.items():
        assert kind in codes.SPAN_KINDS
        assert {name_header_line(text) for text in texts} == {kind}
    assert set(HEADER_LINES) >= ANCHORS


@pytest.mark.parametrize("text", ["DAILY PAPERS", "  daily \t papers", "# Daily Papers", "- Daily Papers"])
def test_header_lines_are_known_in_any_case_and_spacing(text: str):
    assert name_header_line(text.strip()) == "heading"


@pytest.mark.parametrize("text", ["Daily Paper", "Daily Papers and Sheep", "x" * 500, "Renew"])
def test_other_lines_are_no_furniture(text: str):
    assert name_header_line(text) is None


def test_furniture_below_the_last_card_is_known():
    assert is_trailer_line("Load more")
    assert not is_trailer_line("Load more sheep")


@pytest.mark.parametrize("header", ["heading_weekly", "heading_monthly", "heading_search", "heading_trending"])
def test_a_heading_tells_more_than_submitters_do(header: str):
    assert choose_layout([header, "byline"], has_votes=True) == choose_layout([header, "byline"], has_votes=False)


def test_a_page_with_votes_prints_them_whatever_its_header():
    assert choose_layout(["heading", "byline"], has_votes=True).prints_upvotes
    assert choose_layout([], has_votes=True).prints_submitter
