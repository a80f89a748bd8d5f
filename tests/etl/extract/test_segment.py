from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from etl.extract import segment
from etl.extract.lines import Line, classify_line
from etl.extract.parse import parse_dump
from etl.extract.segment import State, is_clean_card, segment_lines
from tests.etl.extract.ledger import count_calls
from tests.strategies import STYLES, Card, Page, dumps, render

if TYPE_CHECKING:
    from collections.abc import Iterator

T, W, A, P, O = State.TITLE, State.TITLE_WRAPPED, State.ABSTRACT, State.PARAGRAPH, State.ORPHAN  # noqa: E741
LONG = "Everything that was said about sheep is said again here, in other words and at some length. "

PRINTED = st.text(st.sampled_from("abc ABC 0123456789 .,;:!?-•·*()[]”“λ中é\u00a0\u2028"), min_size=1, max_size=60)


@pytest.fixture
def no_shortcut() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "is_clean_card", lambda *_: False)
        yield


def make_lines(*texts: str) -> list[Line]:
    """Make lines of texts; a text that begins with a line end has no blank line above."""
    lines, start = [], 0
    for text in texts:
        stripped = text.strip()
        lines.append(Line(start, start + len(stripped), stripped, classify_line(stripped), not text.startswith("\n")))
        start += len(text) + 2
    return lines


def read(*texts: str, is_footer_next: bool = True, is_footerless_page: bool = False) -> list[State]:
    return segment_lines(make_lines(*texts), is_footer_next=is_footer_next, is_footerless_page=is_footerless_page)


@settings(max_examples=300)
@given(
    title=st.builds(
        "A {}{}".format, PRINTED.map(lambda text: text * 3), st.sampled_from(("x", "x", "x", "?", ")", ""))
    ),
    abstract=st.builds(
        "{}{}".format, PRINTED.map(lambda text: (text * 250)[:600]), st.sampled_from((".", "!", "", "x"))
    ),
    kept=st.integers(250, 601),
    is_footerless_page=st.booleans(),
)
def test_the_shortcut_for_clean_cards_reads_as_the_shortest_path(
    *, title: str, abstract: str, kept: int, is_footerless_page: bool
):
    lines = make_lines(title.strip(), f"W{abstract[-kept:]}".strip())
    assume(is_clean_card(*lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "is_clean_card", lambda *_: False)
        path = segment_lines(lines, is_footer_next=True, is_footerless_page=is_footerless_page)
    assert path == [State.TITLE, State.ABSTRACT]


@settings(max_examples=60)
@given(st.sampled_from(STYLES).flatmap(lambda style: st.tuples(st.just(style), dumps(style))))
def test_a_dump_is_read_the_same_without_the_shortcut(drawn: tuple[object, tuple[Page, ...]]):
    style, pages = drawn
    raw = render(pages, style).raw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "is_clean_card", lambda *_: False)
        slow = parse_dump(raw)
    assert slow == parse_dump(raw)


def test_the_shortcut_is_taken():
    lines = make_lines("A title of some words", LONG * 6)

    def read_clean() -> list[State]:
        return segment_lines(lines, is_footer_next=True, is_footerless_page=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment, "is_clean_card", lambda *_: False)
        slow = count_calls(read_clean)
    assert 2 * count_calls(read_clean) < slow


@pytest.mark.parametrize(
    ("texts", "states"),
    [
        (("A title of some words", LONG * 6), [T, A]),
        (("A title of some words", LONG * 3, LONG * 3), [T, A, P]),
        (("A title of some words", LONG * 6, "The title after it", LONG * 6), [T, A, T, A]),
        (("A title of some words", "\nthat goes on", LONG * 6), [T, W, A]),
        (("A scrap", "A title of some words", LONG * 6), [T, T, A]),
        (("A title of some words", "A title of some words", LONG * 6), [T, T, A]),
        ((LONG * 12, "The title after it", LONG * 6), [O, T, A]),
        (("A title of some words",), [T]),
        (("A title of some words", "Short"), [T, A]),
        (("A title of some words", LONG * 3, "Methods", LONG * 3), [T, A, P, P]),
        (("A title of some words", LONG * 3, "We go on as follows:", LONG * 3), [T, A, P, P]),
        (("A title of some words", LONG * 12, LONG * 12), [T, A, P]),
    ],
)
def test_lines_above_a_footer_are_read_in_the_likeliest_way(texts: tuple[str, ...], states: list[State]):
    assert read(*texts) == states


@pytest.mark.parametrize(
    ("texts", "states"),
    [
        (("A title of some words", LONG * 6, "• 3 aut"), [T, A, State.AUTHORS]),
        (("A title of some words", LONG * 6, "• 3 authors", "\n·"), [T, A, State.AUTHORS, State.DOT]),
        (
            ("A title of some words", LONG * 6, "• 3 authors", "\n·", "\nJu"),
            [T, A, State.AUTHORS, State.DOT, State.DATE],
        ),
        (("A title of some words", LONG * 6, "• 3 authors", "\nJul 3"), [T, A, State.AUTHORS, State.DATE]),
        (("A title of some words", LONG * 6, "naver-ai NAV"), [T, A, State.ORGANIZATION]),
        (("A title of some words", LONG[:60]), [T, A]),
        (("A title of some words", "W"), [T, A]),
        (("A title of some words", LONG[:70], "\n" + LONG[:5]), [T, A, State.WRAPPED]),
    ],
)
def test_lines_at_the_end_of_a_dump_are_read_as_what_was_cut(texts: tuple[str, ...], states: list[State]):
    assert read(*texts, is_footer_next=False) == states


@pytest.mark.parametrize("lost", range(6))
@pytest.mark.parametrize("piece", ["title", "abstract"])
@pytest.mark.usefixtures("no_shortcut")
def test_a_damaged_card_does_not_shift_the_others_on_a_page_without_footers(piece: str, lost: int):
    cards = [Card(f"The title of card number {number}", (f"{LONG * 12}{number}.",)) for number in range(6)]
    raw = render([Page("plain", "Oct 29", tuple(cards))]).raw
    text = cards[lost].title if piece == "title" else cards[lost].abstract[0]
    dump = parse_dump(raw.replace(f"{text}\n\n".encode(), b"").removesuffix(f"\n\n{text}\n".encode()))
    read_cards = {listing.card.title: listing.card.abstract for listing in dump.listings}
    assert read_cards == {card.title: card.abstract[0] for number, card in enumerate(cards) if number != lost}
    assert [span.reason for span in dump.quarantine] == [
        "card_without_title" if piece == "title" else "card_incomplete"
    ]
