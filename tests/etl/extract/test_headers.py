from __future__ import annotations

import pytest

from etl.extract.decode import Encoding
from etl.extract.headers import MAX_UNKNOWN_HEADER_LINES, Header, find_headers, is_header_date
from etl.extract.split import split_lines
from tests.strategies import HEADERS

BYLINE = "byAK and the research community"


def find(*texts: str) -> list[Header]:
    return find_headers(split_lines("\n\n".join(texts).encode(), Encoding("utf-8", 0)))


@pytest.mark.parametrize("name", [name for name in HEADERS if HEADERS[name]])
def test_every_kind_of_header_is_found_whole(name: str):
    (header,) = find(*HEADERS[name], "Oct 29", "A title", "An abstract.")
    assert (header.start, header.stop, header.date_line) == (0, len(HEADERS[name]) + 1, "Oct 29")
    assert None not in header.kinds


@pytest.mark.parametrize("texts", [("new", "Subscribe", "Daily Papers"), ("Daily",), ("Models", "Datasets")])
def test_words_without_an_anchor_are_no_header(texts: tuple[str, ...]):
    assert find(*texts, "A title", "An abstract.") == []


def test_a_day_further_down_is_not_the_header_day():
    (header,) = find(BYLINE, "A title of some words", "An abstract. " * 20, "Oct 29")
    assert (header.stop, header.date_line) == (1, None)


def test_unknown_lines_inside_a_header_are_told_apart():
    unknown = ["Odd line"] * MAX_UNKNOWN_HEADER_LINES
    (header,) = find("new", *unknown, BYLINE, "Oct 29")
    assert header.kinds == ("banner", *[None] * MAX_UNKNOWN_HEADER_LINES, "byline", "header_date")


def test_a_header_does_not_reach_over_more_unknown_lines_than_that():
    (header,) = find("new", *["Odd line"] * (MAX_UNKNOWN_HEADER_LINES + 1), BYLINE, "Oct 29")
    assert header.kinds == ("byline", "header_date")


def test_a_repeated_line_begins_the_next_header():
    first, second = find("new", BYLINE, "Oct 29", "new", BYLINE, "Oct 30")
    assert (first.date_line, second.date_line) == ("Oct 29", "Oct 30")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, True) for text in ("Oct 29", "October 29, 2025", "2025-10-29", "Week 43", "Oct 20 - 26", "May 2025")),
        *((text, False) for text in ("Oct 29 7", "Oct 29, 2025 7", "October", "Weekly", "43", "14 sheep ago")),
    ],
)
def test_a_header_day_has_no_number_behind_it(text: str, *, expected: bool):
    (line,) = split_lines(text.encode(), Encoding("utf-8", 0))
    assert is_header_date(line) is expected
