"""Page furniture as data: which lines a listing page prints around its cards, and how a page's header is found.

A new kind of page is a new line in :data:`HEADER_LINES` (and in ``schemas.codes``), with a test page of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.lines import Kind
from etl.patterns import DATE_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.extract.lines import Line


HEADER_LINES: Final = {
    "banner": ("new",),
    "newsletter": ("get trending papers in your email inbox!", "get trending papers in your email inbox"),
    "subscribe": ("subscribe",),
    "heading": ("daily papers",),
    "byline": ("byak and the research community", "by ak and the research community"),
}
"""Each piece of page furniture and how it reads, in lower case with single spaces."""

ANCHORS: Final = frozenset({"newsletter", "byline"})
"""Pieces that no title reads like: a header has at least one of them."""

MAX_UNKNOWN_HEADER_LINES: Final = 4
"""Longest run of unknown lines between two known ones that still counts as one header with something new in it."""

MAX_HEADER_LINE_LENGTH: Final = 80

_NAMES = {text: kind for kind, texts in HEADER_LINES.items() for text in texts}
_DATE_LINE = re.compile(DATE_LINE)


class Header(NamedTuple):
    """A page's header: lines ``[start, stop)`` of the dump, the kind of each (None: unknown), and its date line."""

    start: int
    stop: int
    kinds: tuple[str | None, ...]
    date_line: str | None


def name_header_line(text: str) -> str | None:
    """Tell which piece of page furniture a line is, or None.

    >>> name_header_line("byAK and the research community")
    'byline'
    """
    return _NAMES.get(" ".join(text.lower().split())) if len(text) <= MAX_HEADER_LINE_LENGTH else None


def is_header_date(line: Line) -> bool:
    """Tell whether a line is a page's day: a date without a number behind it."""
    if line.kind is not Kind.DATE:
        return False
    match = _DATE_LINE.match(line.text)
    return match is not None and match["number"] is None


def find_headers(lines: Sequence[Line]) -> list[Header]:
    """Find every page header of a dump, in order.

    A header is a run of known lines with at least one anchor, ended by the page's day when that is printed. Up to
    :data:`MAX_UNKNOWN_HEADER_LINES` unknown lines may stand between two known ones: they are reported as unknown,
    never read as a card.
    Source: docs/dump-format.md#header
    """
    names = [name_header_line(line.text) for line in lines]
    headers: list[Header] = []
    index = 0
    while index < len(lines):
        if names[index] is None:
            index += 1
            continue
        header = _read_header(lines, names, index)
        if header is None:
            index += 1
        else:
            headers.append(header)
            index = header.stop
    return headers


def _read_header(lines: Sequence[Line], names: Sequence[str | None], start: int) -> Header | None:
    """Read the header whose first known line is ``start``; None if no anchor stands in it."""
    stop, seen = start, set[str]()
    for index in range(start, len(lines)):
        name = names[index]
        if name in seen or index - stop > MAX_UNKNOWN_HEADER_LINES or len(lines[index].text) > MAX_HEADER_LINE_LENGTH:
            break
        if name is not None:
            seen.add(name)
            stop = index + 1
    if not seen & ANCHORS:
        return None
    return _end_with_date(lines, names, start, stop)


def _end_with_date(lines: Sequence[Line], names: Sequence[str | None], start: int, stop: int) -> Header:
    """Let the header reach to its date line, if that follows at once or after a few unknown short lines."""
    for index in range(stop, min(stop + 1 + MAX_UNKNOWN_HEADER_LINES, len(lines))):
        line = lines[index]
        if is_header_date(line):
            kinds = (*names[start:index], "header_date")
            return Header(start, index + 1, kinds, line.text)
        if line.kind is not Kind.TEXT or len(line.text) > MAX_HEADER_LINE_LENGTH:
            break
    return Header(start, stop, tuple(names[start:stop]), None)
