from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.extract.decode import Encoding
from etl.extract.edges import cut_at_heads, read_head, read_tail
from etl.extract.split import split_lines

if TYPE_CHECKING:
    from etl.extract.lines import Line


def make_lines(*texts: str) -> list[Line]:
    return split_lines("\n".join(texts).encode(), Encoding("utf-8", 0))


@pytest.mark.parametrize(
    ("texts", "count", "submitted_by", "upvotes"),
    [
        (("Submitted by ewe", "7", "A title"), 2, "ewe", "7"),
        (("Submitted by", "ewe", "7", "A title"), 3, "ewe", "7"),
        (("Submitted by: ewe", "A title"), 1, "ewe", None),
        (("1.2k", "A title"), 1, None, "1.2k"),
        (("-", "A title"), 1, None, None),
        (("[+] 12", "A title"), 1, None, "12"),
        (("A title", "7"), 0, None, None),
        (("7", "8", "A title"), 1, None, "7"),
        (("Submitted by",), 1, None, None),
        (("3", "Submitted by", "8", "A title"), 1, None, "3"),
        (("Submitted by", "8", "A title"), 2, None, "8"),
        (("3", "Submitted by", "ewe", "8", "A title"), 1, None, "3"),
        (("3", "Submitted by ewe", "8", "A title"), 1, None, "3"),
        (("3", "Submitted by ewe", "A title"), 2, "ewe", "3"),
        ((), 0, None, None),
    ],
)
def test_a_head_is_read(texts: tuple[str, ...], count: int, submitted_by: str | None, upvotes: str | None):
    head = read_head(make_lines(*texts))
    assert (head.line_count, head.submitted_by, head.upvote_line) == (count, submitted_by, upvotes)


@pytest.mark.parametrize(
    ("texts", "count", "upvotes", "unread"),
    [
        (("Upvote", "42", "GitHub 1.2k", "arXiv page", "A title"), 4, "42", ("stars_unread",)),
        (("Upvote", "-", "A title"), 2, None, ()),
        (("GitHub", "A title"), 1, None, ()),
        (("Upvote", "A title"), 0, None, ()),
        (("A title",), 0, None, ()),
        ((), 0, None, ()),
    ],
)
def test_a_tail_is_read(texts: tuple[str, ...], count: int, upvotes: str | None, unread: tuple[str, ...]):
    assert read_tail(make_lines(*texts), 0) == (count, upvotes, unread)


@pytest.mark.parametrize(
    ("texts", "sizes"),
    [
        ((), []),
        (("A title", "An abstract."), [2]),
        (("7", "A title", "An abstract.", "8", "A title", "An abstract."), [3, 3]),
        (("A title", "An abstract.", "Submitted by ewe", "8", "A title"), [2, 3]),
        (("3", "Submitted by", "8", "A title"), [1, 3]),
        (("3", "Submitted by", "ewe", "8", "A title"), [1, 4]),
    ],
)
def test_lines_without_a_footer_between_them_are_cut_at_heads(texts: tuple[str, ...], sizes: list[int]):
    assert [len(piece) for piece in cut_at_heads(make_lines(*texts))] == sizes
