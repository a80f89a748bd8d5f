"""Raw bytes to lines: where each non-blank line starts and ends, and what kind of line it looks like.

Lines end with LF, CRLF or CR and nothing else: U+2028 and its like are text here, unlike in ``str.splitlines``.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from etl.patterns import AUTHOR_LINE, DATE_LINE, DOTS, MAX_FOOTER_LINE_BYTES

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_AUTHOR_LINE = re.compile(AUTHOR_LINE)
_DATE_LINE = re.compile(DATE_LINE)


class Kind(IntEnum):
    """What a line looks like by itself; its place decides what it is."""

    TEXT = 0
    AUTHORS = 1
    DOT = 2
    DATE = 3


class Line(NamedTuple):
    """A line that is not blank: ``raw[start:end]`` without outer white space, and whether a blank line is above it."""

    start: int
    end: int
    text: str
    kind: Kind
    after_blank: bool


def split_lines(raw: bytes) -> list[Line]:
    r"""Cut a dump into its non-blank lines; what lies between them is white space or the byte-order mark.

    Errors: none; bytes that are no UTF-8 become U+FFFD in ``text``.
    Source: docs/dump-format.md#lines

    >>> [(line.text, line.kind.name, line.after_blank) for line in split_lines("A b\r\n\r\n • 3 authors\n·".encode())]
    [('A b', 'TEXT', True), ('• 3 authors', 'AUTHORS', True), ('·', 'DOT', False)]
    """
    lines: list[Line] = []
    offset = len(BYTE_ORDER_MARK) if raw.startswith(BYTE_ORDER_MARK) else 0
    after_blank = True
    for piece in _cut_at_line_ends(raw[offset:] if offset else raw):
        text = piece.decode("utf-8", "replace")
        stripped = text.strip()
        if stripped:
            before, after = _outer_white_space(text, stripped)
            lines.append(
                Line(offset + before, offset + len(piece) - after, stripped, classify_line(stripped), after_blank)
            )
        after_blank = not stripped
        offset += len(piece) + 1
    return lines


def classify_line(text: str) -> Kind:
    """Tell what a stripped line looks like.

    >>> classify_line("Sep 30, 2024 21").name, classify_line("September was warm").name
    ('DATE', 'TEXT')
    """
    if len(text) > MAX_FOOTER_LINE_BYTES:
        return Kind.TEXT
    if text in DOTS:
        return Kind.DOT
    if _DATE_LINE.match(text):
        return Kind.DATE
    if _AUTHOR_LINE.match(text):
        return Kind.AUTHORS
    return Kind.TEXT


def _cut_at_line_ends(body: bytes) -> list[bytes]:
    """Cut at LF, CRLF and CR so that each piece plus one byte is where the next one starts."""
    if b"\r" in body:  # the CR of a CRLF becomes a trailing space: the length stays, and outer white space goes anyway
        body = body.replace(b"\r\n", b" \n").replace(b"\r", b"\n")
    return body.split(b"\n")


def _outer_white_space(text: str, stripped: str) -> tuple[int, int]:
    """Count the bytes of white space before and after the stripped text."""
    if len(text) == len(stripped):
        return 0, 0
    before = text.index(stripped[0])
    return len(text[:before].encode()), len(text[before + len(stripped) :].encode())
