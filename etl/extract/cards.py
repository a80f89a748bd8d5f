"""Cards from lines: whole footers are found first, then what stands between two of them is segmented.

A footer is an author line, an organisation line or both, then a dot, then a date. Nothing else on a page looks like
that, so each is a point where reading starts afresh: damage never reaches past the next footer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.edges import NO_HEAD, NO_TAIL, Head, Tail, begins_with_upvotes, cut_at_heads, read_head, read_tail
from etl.extract.lines import Kind, is_heading, is_organization, names_itself
from etl.extract.looks import State, fits_title
from etl.extract.segment import CARD_BEGINNINGS, segment_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.extract.layouts import Layout
    from etl.extract.lines import Line

_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_MIN_LINES_ABOVE_LOOSE_ORGANIZATION = 2


MAX_SHORT_LINES: Final = 20_000
SHORT_LINE_BYTES: Final = 20
"""More lines in a row without a footer, of fewer bytes in the mean, are no cards: not even a page of wrapped ones."""


class Card(NamedTuple):
    """What a card prints: bytes ``[start, end)``, and each piece as printed, None where it was not.

    ``unread`` names the problem codes of what is printed and has no column.
    """

    start: int
    end: int
    title: str | None
    abstract: str | None
    author_line: str | None
    organization_line: str | None
    date_line: str | None
    submitted_by: str | None
    upvote_line: str | None
    unread: tuple[str, ...]


class Footer(NamedTuple):
    """A whole footer: lines ``[start, stop)`` of the page."""

    start: int
    stop: int
    author_line: str | None
    organization_line: str | None
    date_line: str


class Footing(NamedTuple):
    """A footer with its lines and what is printed below it; all empty where a card has none."""

    lines: Sequence[Line]
    footer: Footer | None
    tail: Tail


NO_FOOTING: Final = Footing((), None, NO_TAIL)


def read_cards(lines: Sequence[Line], layout: Layout) -> Iterator[Card]:
    r"""Read the cards of one page, in order; every line belongs to exactly one card.

    A card may lack any piece, a damaged one even its title: whether that is a listing is for the caller to say.
    Errors: none.
    Source: docs/dump-format.md#card

    >>> from etl.extract.decode import Encoding
    >>> from etl.extract.layouts import LAYOUTS
    >>> from etl.extract.split import split_lines
    >>> page = split_lines("A title\n\nSome text.\n\n • 3 authors\n·\nMay 2 7".encode(), Encoding("utf-8", 0))
    >>> [card[2:7] for card in read_cards(page, LAYOUTS[-1])]
    [('A title', 'Some text.', '• 3 authors', None, 'May 2 7')]
    """
    footers = list(find_footers(lines))
    start = 0
    is_below = not begins_with_upvotes(lines)  # else each label stands above its title
    for footer in footers:
        tail = read_tail(lines, footer.stop, has_upvotes=is_below) if layout.prints_upvotes else NO_TAIL
        stop = footer.stop + tail.line_count
        footing = Footing(lines[footer.start : stop], footer, tail)
        yield from read_gap(lines[start : footer.start], footing, layout, is_footerless=False)
        start = stop
    if start < len(lines):
        yield from read_gap(lines[start:], NO_FOOTING, layout, is_footerless=not footers and looks_footerless(lines))


def looks_footerless(lines: Sequence[Line]) -> bool:
    """Tell of a page without a whole footer whether it has none at all, rather than damaged ones."""
    return not any(line.kind is Kind.AUTHORS for line in lines)


def find_footers(lines: Sequence[Line]) -> Iterator[Footer]:
    """Find every whole footer, in order."""
    floor = 0
    for index in range(1, len(lines)):
        if lines[index].kind is Kind.DATE and lines[index - 1].kind is Kind.DOT and index > floor:
            footer = read_footer(lines, index, floor)
            if footer is not None:
                yield footer
                floor = footer.stop


def read_footer(lines: Sequence[Line], date: int, floor: int) -> Footer | None:
    """Read the footer whose date line is ``lines[date]``; it does not reach above ``floor``.

    A dot directly above the author line is its bullet on a line of its own, or parts it from the organisation.
    """
    start = date - 1
    author_line = organization_line = None
    while start > floor and (author_line is None or organization_line is None):
        line = lines[start - 1]
        if line.kind is Kind.AUTHORS and author_line is None:
            author_line = line.text
            if start - 1 > floor and lines[start - 2].kind is Kind.DOT and not line.after_blank:
                start -= 1
        elif organization_line is None and _names_organization(
            lines, start - 1, floor, date, is_above_authors=author_line is not None
        ):
            organization_line = line.text
        else:
            break
        start -= 1
    if author_line is None and organization_line is None:
        return None
    return Footer(start, date + 1, author_line, organization_line, lines[date].text)


def _names_organization(lines: Sequence[Line], index: int, floor: int, date: int, *, is_above_authors: bool) -> bool:
    """Tell whether the line above a footer names an organisation: by its place first, then by its looks.

    Above an author line it may also be the end of an abstract, or a title that nothing follows. So a blank line may be
    below it only where the rest of the footer is spaced by blank lines, too, or where handle and name begin alike.
    """
    line = lines[index]
    if line.kind is not Kind.TEXT or not is_organization(line.text):
        return False
    follows_sentence = index > floor and lines[index - 1].text.endswith(_SENTENCE_ENDS)
    if not lines[index + 1].after_blank:
        return not is_above_authors or (index > floor and (line.after_blank or follows_sentence))
    is_doubtful = is_above_authors and not lines[date - 1].after_blank and not names_itself(line.text)
    return not is_doubtful and index - floor >= _MIN_LINES_ABOVE_LOOSE_ORGANIZATION and follows_sentence


def read_gap(gap: Sequence[Line], footing: Footing, layout: Layout, *, is_footerless: bool) -> Iterator[Card]:
    """Read the cards between two footers; the last of them owns the footer that follows.

    So many short lines that they are no cards are read at both ends alone: what is between them is one card without a
    title.
    """
    if len(gap) > MAX_SHORT_LINES and _measure_mean(gap) < SHORT_LINE_BYTES:
        half = MAX_SHORT_LINES // 2
        yield from read_gap(gap[:half], NO_FOOTING, layout, is_footerless=is_footerless)
        yield Card(gap[half].start, gap[-half - 1].end, *(None,) * 7, unread=())
        gap = gap[-half:]
    cards: list[tuple[Head, list[tuple[Line, State]]]] = []
    pieces = _part_at_heads(gap) if layout.prints_submitter else [(NO_HEAD, gap)] if gap else []
    for number, (head, body) in enumerate(pieces, start=1):
        cards.append((head, []))
        if not body:
            continue
        is_footer_next = footing.footer is not None and number == len(pieces)
        states = segment_lines(body, is_footer_next=is_footer_next, is_footerless_page=is_footerless)
        for line, state in zip(body, states, strict=True):
            if state in CARD_BEGINNINGS and cards[-1][1]:
                cards.append((NO_HEAD, []))
            cards[-1][1].append((line, state))
    if footing.footer is not None and (not cards or (cards[-1][1] and cards[-1][1][-1][1] >= State.SCRAP)):
        cards.append((NO_HEAD, []))
    for number, (head, lines) in enumerate(cards, start=1):
        yield _make_card(head, lines, footing if number == len(cards) else NO_FOOTING)


def _part_at_heads(gap: Sequence[Line]) -> list[tuple[Head, Sequence[Line]]]:
    """Part the lines between two footers into cards, each with its head; a submitter may also stand below the title."""
    parts: list[tuple[Head, Sequence[Line]]] = []
    for piece in cut_at_heads(gap):
        head = read_head(piece)
        body = piece[head.line_count :]
        above = parts[-1] if parts else (NO_HEAD, ())
        if (
            head.submitted_by is not None
            and above[0].submitted_by is None
            and len(above[1]) == 1
            and fits_title(above[1][0].text)
            and body
            and not fits_title(body[0].text)
        ):
            upvote_line = head.upvote_line or above[0].upvote_line
            both = Head([*above[0].lines, *head.lines], head.submitted_by, upvote_line)
            parts[-1] = (both, [*above[1], *body])
        else:
            parts.append((head, body))
    return parts


def _measure_mean(lines: Sequence[Line]) -> float:
    """Measure how many bytes lie between two line ends, in the mean."""
    return (lines[-1].end - lines[0].start) / len(lines)


def _make_card(head: Head, body: Sequence[tuple[Line, State]], footing: Footing) -> Card:
    """Put a card together from its head, its lines' states and the footer, if it has a whole one."""
    footer, tail = footing.footer, footing.tail
    pieces: dict[State, str] = {}
    paragraphs: list[list[str]] = []
    for line, state in body:
        if state is State.WRAPPED:
            paragraphs[-1].append(line.text)
        elif state in (State.ABSTRACT, State.ORPHAN, State.PARAGRAPH):
            if len(paragraphs) == 1 and is_heading(" ".join(paragraphs[0])):
                paragraphs.clear()
            paragraphs.append([line.text])
        elif state is State.TITLE_WRAPPED:
            pieces[State.TITLE] += " " + line.text
        elif state is State.SCRAP:
            pieces[State.TITLE] = line.text
        else:
            pieces[state] = line.text
    lines = [*head.lines, *(line for line, _ in body), *footing.lines]
    return Card(
        start=min(lines[0].start, body[0][0].start) if body else lines[0].start,
        end=lines[-1].end,
        title=pieces.get(State.TITLE),
        abstract="\n\n".join(" ".join(paragraph) for paragraph in paragraphs) or None,
        author_line=footer.author_line if footer else pieces.get(State.AUTHORS),
        organization_line=footer.organization_line if footer else pieces.get(State.ORGANIZATION),
        date_line=footer.date_line if footer else pieces.get(State.DATE),
        submitted_by=head.submitted_by,
        upvote_line=tail.upvote_line or head.upvote_line,
        unread=tail.unread,
    )
