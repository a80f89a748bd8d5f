"""What some kinds of pages print above a card's title and below its footer: submitter, upvotes, and more.

Above: ``Submitted by`` and a name, and the number of upvotes (a dash where there is none). Below: ``Upvote`` and the
number, and links to code with stars. Only layouts that print such lines are read this way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.lines import MAX_LABEL_LENGTH, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.extract.lines import Line

_LABEL = re.compile(r"^(?i:submitted[ \t\u00a0]+by):?[ \t\u00a0]*")
_UPVOTE = re.compile(r"^(?i:upvotes?)$")
_RESOURCES = re.compile(r"^(?i:github|arxiv page|project page|view pdf)\b")
_MAX_TITLE_LENGTH: Final = 250
_DIGITS = re.compile(r"[0-9][0-9,.]*[kKmM]?")


class Head(NamedTuple):
    """Lines above a title, and what they say."""

    lines: Sequence[Line]
    submitted_by: str | None
    upvote_line: str | None

    @property
    def line_count(self) -> int:
        """Count the head's lines."""
        return len(self.lines)


class Tail(NamedTuple):
    """Lines below a footer, and what they say; ``unread`` are problem codes of what has no column."""

    line_count: int
    upvote_line: str | None
    unread: tuple[str, ...]


NO_HEAD: Final = Head((), None, None)
NO_TAIL: Final = Tail(0, None, ())


def looks_voted(lines: Sequence[Line], starts: Sequence[int]) -> bool:
    """Tell by its cards whether a page prints upvotes: most begin with a number, then a title and something longer.

    ``starts`` are the places where a card begins for sure: the page's first line, and those after whole footers. Where
    the first card has no number above it and the last one has one below, they are no upvotes: all stand below.
    """
    if lines and lines[0].kind is not Kind.NUMBER and lines[-1].kind is Kind.NUMBER:
        return False
    starts = [start for start in starts if start + 2 < len(lines)]
    voted = sum(
        lines[start].kind is Kind.NUMBER
        and lines[start + 1].kind is Kind.TEXT
        and len(lines[start + 1].text) <= _MAX_TITLE_LENGTH
        and lines[start + 2].kind is Kind.TEXT
        and len(lines[start + 2].text) > len(lines[start + 1].text)
        for start in starts
    )
    return 2 * voted > len(starts)


def cut_at_heads(gap: Sequence[Line]) -> list[Sequence[Line]]:
    """Cut the lines between two footers where a new card's head begins: after a card whose footer is missing."""
    if not gap:
        return []
    starts, index = [0], 0
    while index < len(gap):
        size = read_head(gap, index).line_count
        if size and index > 0:
            starts.append(index)
        index += max(size, 1)
    return [gap[start:stop] for start, stop in zip(starts, [*starts[1:], len(gap)], strict=True)]


def read_head(lines: Sequence[Line], start: int = 0) -> Head:
    """Read what stands above a title from ``lines[start]`` on: a submitter, a number of upvotes, or both.

    A number above a submitter who has one below is a scrap, and a head of its own.
    """
    submitted_by = upvote_line = None
    index = start
    while index < len(lines):
        line = lines[index]
        if line.kind is Kind.SUBMITTER and submitted_by is None:
            name, stop = _read_submitter(lines, index)
            if upvote_line is not None and stop < len(lines) and lines[stop].kind is Kind.NUMBER:
                break
            submitted_by, index = name, stop
        elif begins_with_upvotes(lines[index : index + 2]):
            index += 1
        elif line.kind is Kind.NUMBER and upvote_line is None:
            upvote_line = line.text
            index += 1
        else:
            break
    digits = _DIGITS.search(upvote_line or "")
    return Head(lines[start:index], submitted_by, digits.group() if digits else None)


def _read_submitter(lines: Sequence[Line], index: int) -> tuple[str | None, int]:
    """Read the name behind a label, or on the line below it; also tells which line comes after."""
    name, stop = _LABEL.sub("", lines[index].text), index + 1
    below = lines[stop] if not name and stop < len(lines) else None
    if below is not None and below.kind is not Kind.NUMBER and len(below.text) <= MAX_LABEL_LENGTH:
        name, stop = below.text, stop + 1
    return name or None, stop


def begins_with_upvotes(lines: Sequence[Line]) -> bool:
    """Tell whether a label and a number of upvotes come first."""
    return len(lines) > 1 and lines[1].kind is Kind.NUMBER and _UPVOTE.match(lines[0].text) is not None


def read_tail(lines: Sequence[Line], start: int, *, has_upvotes: bool = True) -> Tail:
    """Read what stands below a footer that ends before ``lines[start]``; upvotes only where they stand there."""
    index, upvote_line, unread = start, None, set[str]()
    while index < len(lines):
        text = lines[index].text
        if has_upvotes and begins_with_upvotes(lines[index : index + 2]):
            index += 1
            digits = _DIGITS.search(lines[index].text)
            upvote_line = digits.group() if digits else None
        elif _RESOURCES.match(text) and len(text) <= MAX_LABEL_LENGTH:
            unread |= {"stars_unread"} if _DIGITS.search(text) else set()
        else:
            break
        index += 1
    return Tail(index - start, upvote_line, tuple(sorted(unread)))
