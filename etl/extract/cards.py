"""Cards from lines: whole footers are found first, then what stands between two of them is segmented.

A footer is an author line, an organisation line or both, then a dot, then a date. Nothing else on a page looks like
that, so each is a point where reading starts afresh: damage never reaches past the next footer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from etl.extract.lines import Kind
from etl.extract.segment import State, segment_lines
from etl.patterns import MAX_FOOTER_LINE_BYTES, ORGANIZATION_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.extract.lines import Line

_ORGANIZATION_LINE = re.compile(ORGANIZATION_LINE)
_SENTENCE_ENDS = (".", "!", "?", ":", ",", ";")
_MIN_LINES_ABOVE_LOOSE_ORGANIZATION = 2


class Card(NamedTuple):
    """What a card prints: bytes ``[start, end)``, and each piece as printed, None where it was not."""

    start: int
    end: int
    title: str | None
    abstract: str | None
    author_line: str | None
    organization_line: str | None
    date_line: str | None


class Footer(NamedTuple):
    """A whole footer: lines ``[start, stop)`` of the dump."""

    start: int
    stop: int
    author_line: str | None
    organization_line: str | None
    date_line: str


def read_cards(lines: Sequence[Line]) -> Iterator[Card]:
    r"""Read the cards of one page, in order; every line belongs to exactly one card.

    A card may lack any piece, a damaged one even its title: whether that is a listing is for the caller to say.
    Errors: none.
    Source: docs/dump-format.md#card

    >>> page = "A title\n\nSome text.\n\n • 3 authors\n·\nMay 2 7"
    >>> from etl.extract.lines import split_lines
    >>> [card[2:] for card in read_cards(split_lines(page.encode()))]
    [('A title', 'Some text.', '• 3 authors', None, 'May 2 7')]
    """
    footers = list(find_footers(lines))
    start = 0
    for footer in footers:
        yield from _read_gap(
            lines[start : footer.start], lines[footer.start : footer.stop], footer, is_footerless=False
        )
        start = footer.stop
    if start < len(lines):
        yield from _read_gap(lines[start:], (), None, is_footerless=not footers)


def find_footers(lines: Sequence[Line]) -> Iterator[Footer]:
    """Find every whole footer, in order."""
    floor = 0
    for index in range(1, len(lines)):
        if lines[index].kind is Kind.DATE and lines[index - 1].kind is Kind.DOT and index > floor:
            footer = _read_footer(lines, index, floor)
            if footer is not None:
                yield footer
                floor = footer.stop


def _read_footer(lines: Sequence[Line], date: int, floor: int) -> Footer | None:
    """Read the footer whose date line is ``lines[date]``; it does not reach above ``floor``."""
    start = date - 1
    author_line = organization_line = None
    while start > floor and (author_line is None or organization_line is None):
        line = lines[start - 1]
        if line.kind is Kind.AUTHORS and author_line is None:
            author_line = line.text
        elif organization_line is None and _is_organization(lines, start - 1, floor):
            organization_line = line.text
        else:
            break
        start -= 1
    if author_line is None and organization_line is None:
        return None
    return Footer(start, date + 1, author_line, organization_line, lines[date].text)


def _is_organization(lines: Sequence[Line], index: int, floor: int) -> bool:
    """Tell whether the line above a footer names an organisation: by its place first, then by its looks."""
    line = lines[index]
    if (
        line.kind is not Kind.TEXT
        or len(line.text) > MAX_FOOTER_LINE_BYTES
        or line.text.endswith(_SENTENCE_ENDS)
        or not _ORGANIZATION_LINE.match(line.text)
    ):
        return False
    if not lines[index + 1].after_blank:
        return True
    return index - floor >= _MIN_LINES_ABOVE_LOOSE_ORGANIZATION and lines[index - 1].text.endswith(_SENTENCE_ENDS)


def _read_gap(
    gap: Sequence[Line], footer_lines: Sequence[Line], footer: Footer | None, *, is_footerless: bool
) -> Iterator[Card]:
    """Read the cards between two footers; the last of them owns the footer that follows."""
    cards: list[list[tuple[Line, State]]] = []
    if gap:
        states = segment_lines(gap, is_footer_next=footer is not None, is_footerless_page=is_footerless)
        for line, state in zip(gap, states, strict=True):
            if state in (State.TITLE, State.ORPHAN) or not cards:
                cards.append([])
            cards[-1].append((line, state))
    if footer is not None and (not cards or cards[-1][-1][1] >= State.AUTHORS):
        cards.append([])
    for number, card in enumerate(cards, start=1):
        is_last = number == len(cards)
        yield _make_card(card, footer_lines if is_last else (), footer if is_last else None)


def _make_card(card: Sequence[tuple[Line, State]], footer_lines: Sequence[Line], footer: Footer | None) -> Card:
    """Put a card together from its lines' states and the footer, if it has a whole one."""
    pieces: dict[State, str] = {}
    abstract: list[str] = []
    for line, state in card:
        if state is State.WRAPPED:
            abstract[-1] += " " + line.text
        elif state in (State.ABSTRACT, State.ORPHAN, State.PARAGRAPH):
            abstract.append(line.text)
        else:
            pieces[state] = line.text
    lines = [*(line for line, _ in card), *footer_lines]
    return Card(
        start=lines[0].start,
        end=lines[-1].end,
        title=pieces.get(State.TITLE),
        abstract="\n\n".join(abstract) or None,
        author_line=footer.author_line if footer else pieces.get(State.AUTHORS),
        organization_line=footer.organization_line if footer else None,
        date_line=footer.date_line if footer else pieces.get(State.DATE),
    )
