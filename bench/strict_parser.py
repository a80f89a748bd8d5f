"""A strict parser to measure ours against: a line machine for undamaged pages, and for nothing else.

It knows one header, one blank line between blocks, titles and abstracts of one line, and footers of three lines. The
first line that does not fit is an error. It is what a parser costs in Python that reads clean dumps line by line, with
byte offsets; nothing of the project imports it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HEADER = ("new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers")
_BYLINE = "byAK and the research community"
_AUTHORS = re.compile(r"• ([0-9]+) authors")
_ORGANIZATION = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?: (.+))?")
_DATE = re.compile(r"([A-Z][a-z]{2}) ([0-9]{1,2})(?:, ([0-9]{4}))?(?: ([0-9]+))?")


class Card(NamedTuple):
    """A card: its bytes ``[start, end)`` and what it prints."""

    start: int
    end: int
    title: str
    abstract: str
    author_line: str | None
    organization_line: str | None
    date_line: str | None


class NotCleanError(Exception):
    """A dump that is not as it should be."""


def parse_strictly(raw: bytes) -> list[Card]:
    """Read an undamaged dump. Errors: ``NotCleanError`` at the first line that does not fit."""
    lines = _list_lines(raw)
    place = _skip_header(lines)
    cards = []
    while place < len(lines):
        card, place = _read_card(lines, place)
        cards.append(card)
    return cards


def _list_lines(raw: bytes) -> list[tuple[int, int, str]]:
    lines, start = [], 0
    for line in raw.split(b"\n"):
        text = line.decode()
        stripped = text.strip()
        if stripped:
            indent = len(text) - len(text.lstrip())
            lines.append((start + indent, start + indent + len(stripped.encode()), stripped))
        start += len(line) + 1
    return lines


def _skip_header(lines: list[tuple[int, int, str]]) -> int:
    place = 0
    while place < len(lines) and lines[place][2] in _HEADER:
        place += 1
    if place + 1 >= len(lines) or lines[place][2] != _BYLINE or not _DATE.fullmatch(lines[place + 1][2]):
        raise NotCleanError
    return place + 2


def _read_card(lines: list[tuple[int, int, str]], place: int) -> tuple[Card, int]:
    if place + 1 >= len(lines):
        raise NotCleanError
    start, _, title = lines[place]
    _, end, abstract = lines[place + 1]
    if place + 4 < len(lines) and lines[place + 3][2] == "·":
        line, (_, date_end, date) = lines[place + 2][2], lines[place + 4]
        if not _DATE.fullmatch(date):
            raise NotCleanError
        if _AUTHORS.fullmatch(line):
            return Card(start, date_end, title, abstract, line, None, date), place + 5
        if _ORGANIZATION.fullmatch(line):
            return Card(start, date_end, title, abstract, None, line, date), place + 5
        raise NotCleanError
    return Card(start, end, title, abstract, None, None, None), place + 2
