from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.cards import find_footers, read_cards
from etl.extract.decode import Encoding
from etl.extract.layouts import LAYOUTS
from etl.extract.split import split_lines
from tests.strategies import tangles

if TYPE_CHECKING:
    from etl.extract.layouts import Layout
    from etl.extract.lines import Line

ABOVE = ("A title of some words", "An abstract that ends like a sentence.", "")


def make_lines(*texts: str) -> list[Line]:
    return split_lines("\n".join(texts).encode(), Encoding("utf-8", 0))


@pytest.mark.parametrize(
    ("texts", "footer"),
    [
        (("• 3 authors", "·", "May 2"), ("• 3 authors", None, "May 2")),
        (("meadow-lab Meadow", "·", "May 2"), (None, "meadow-lab Meadow", "May 2")),
        (("meadow-lab Meadow", "• 3 authors", "·", "May 2"), ("• 3 authors", "meadow-lab Meadow", "May 2")),
        (("• 3 authors", "meadow-lab Meadow", "·", "May 2"), ("• 3 authors", "meadow-lab Meadow", "May 2")),
        (("• 3 authors", "", "·", "", "May 2"), ("• 3 authors", None, "May 2")),
        (("• 3 authors · May 2",), ("• 3 authors", None, "May 2")),
    ],
)
def test_a_whole_footer_is_found(texts: tuple[str, ...], footer: tuple[str | None, ...]):
    (found,) = find_footers(make_lines(*ABOVE, *texts))
    assert found[2:] == footer


@pytest.mark.parametrize(
    "texts",
    [
        ("• 3 authors", "May 2"),
        ("• 3 authors", "·"),
        ("·", "May 2"),
        ("• 3 authors", "·", "in May"),
        ("• 3 authors", "·", "·", "May 2"),
        ("May 2", "·", "• 3 authors"),
        ("Not a name, but a sentence.", "·", "May 2"),
    ],
)
def test_what_lacks_a_piece_is_no_whole_footer(texts: tuple[str, ...]):
    assert list(find_footers(make_lines(*ABOVE, *texts))) == []


def test_a_footer_does_not_take_lines_of_the_one_above():
    lines = make_lines(*ABOVE, "• 3 authors", "·", "May 2", "• 4 authors", "·", "May 3")
    assert [footer[2:] for footer in find_footers(lines)] == [
        ("• 3 authors", None, "May 2"),
        ("• 4 authors", None, "May 3"),
    ]


@given(tangles(), st.sampled_from(LAYOUTS))
def test_every_line_belongs_to_exactly_one_card(text: str, layout: Layout):
    lines = split_lines(text.encode(), Encoding("utf-8", 0))
    cards = list(read_cards(lines, layout))
    edges = list(chain.from_iterable((card.start, card.end) for card in cards))
    assert edges == sorted(edges)
    held = [sum(card.start <= line.start and line.end <= card.end for card in cards) for line in lines]
    assert held == [1] * len(lines)
    starts = {line.start for line in lines}
    assert all(card.start in starts for card in cards)
