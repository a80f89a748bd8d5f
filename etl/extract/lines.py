"""Physical lines to lines of a page: what is not blank, where it lies, and what kind of line it looks like."""

from __future__ import annotations

import re
import string
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.decode import count_bytes, cut_lines
from etl.patterns import AUTHOR_LINE, DATE_FORMS, DOTS, MAX_FOOTER_LINE_LENGTH, NUMBER, ORGANIZATION_LINE, RELATIVE_DATE

if TYPE_CHECKING:
    from etl.extract.decode import Encoding

MAX_LABEL_LENGTH: Final = 60

KEPT_LINES: Final = 2**13
"""How many short lines each process keeps what it found out of: footers repeat."""

_AUTHOR_LINE = re.compile(AUTHOR_LINE)
_DATE_FORMS = {name: re.compile(form) for name, form in DATE_FORMS.items()}
_DATE = re.compile("|".join(re.sub(r"\?P<[a-z]+>", "?:", form) for form in (*DATE_FORMS.values(), RELATIVE_DATE)))
_NUMBER_LINE = re.compile(rf"^(?:\[[-+]\][ \t]*)?(?:{NUMBER}|[-–—])$")  # noqa: RUF001 - a dash stands for no number
_ORGANIZATION_LINE = re.compile(ORGANIZATION_LINE)
_SUBMITTER_LABEL = re.compile(r"^(?i:submitted[ \t\u00a0]+by)(?::|\b)")


_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_INVISIBLE_OR_WHITE: Final = _INVISIBLE + string.whitespace + "\u00a0\u3000"

_COMPANY_ENDS: Final = (
    " inc.",
    " ltd.",
    " co.",
    " corp.",
    " llc.",
    " s.a.",
    " e.v.",
    " plc.",
    " univ.",
    " inst.",
    " dept.",
)


class Kind(IntEnum):
    """What a line looks like by itself; its place decides what it is."""

    TEXT = 0
    AUTHORS = 1
    DOT = 2
    DATE = 3
    NUMBER = 4
    SUBMITTER = 5


class Line(NamedTuple):
    """A line that is not blank: ``raw[start:end]`` without outer white space, and whether a blank line is above it."""

    start: int
    end: int
    text: str
    kind: Kind
    after_blank: bool


def split_lines(raw: bytes, encoding: Encoding) -> list[Line]:
    r"""Cut a dump into its non-blank lines; what lies between them is white space or the byte-order mark.

    A footer that is printed on one line (``3 authors · May 2``) is cut at its dot, as if it stood on three.
    Errors: none; bytes that are not of the encoding become U+FFFD in ``text``.
    Source: docs/dump-format.md#lines

    >>> from etl.extract.decode import detect_encoding
    >>> raw = "A b\r\n\r\n • 3 authors\n· May 2".encode()
    >>> [(line.text, line.kind.name, line.after_blank) for line in split_lines(raw, detect_encoding(raw))]
    [('A b', 'TEXT', True), ('• 3 authors', 'AUTHORS', True), ('·', 'DOT', False), ('May 2', 'DATE', False)]
    """
    codec = encoding.codec
    lines: list[Line] = []
    after_blank = True
    for start, end, text in cut_lines(raw, encoding):
        printed, kind, before, behind, is_cut = (
            _read_again(text, codec) if len(text) <= MAX_FOOTER_LINE_LENGTH else _read_text(text, codec)
        )
        if printed:
            line = Line(start + before, end - behind, printed, kind, after_blank)
            if is_cut:
                lines += cut_footer(line, codec)
            else:
                lines.append(line)
        after_blank = not printed
    return lines


def _read_text(text: str, codec: str) -> tuple[str, Kind, int, int, bool]:
    """Give what a line prints, its kind, its bytes of white space before and behind, and whether to cut it at a dot."""
    stripped = text.strip()
    if not stripped:
        return "", Kind.TEXT, 0, 0, False
    before = behind = 0
    if len(stripped) < len(text):
        start = text.index(stripped[0])
        before = count_bytes(text[:start], codec)
        behind = count_bytes(text[start + len(stripped) :], codec)
    printed = strip_invisible(stripped)
    kind = classify_line(printed)
    has_dot = kind is Kind.TEXT and "·" in printed and len(printed) <= MAX_FOOTER_LINE_LENGTH
    return printed, kind, before, behind, has_dot and printed is stripped


_read_again = lru_cache(maxsize=KEPT_LINES)(_read_text)


def strip_invisible(text: str) -> str:
    """Strip what takes no room on a page from a stripped line's ends; a line of nothing else stays as it is.

    >>> strip_invisible("\u200b \ufeffA title"), strip_invisible("\u200b")
    ('A title', '\u200b')
    """
    if text[:1] not in _INVISIBLE and text[-1:] not in _INVISIBLE:
        return text
    return text.strip(_INVISIBLE_OR_WHITE) or text


def classify_line(text: str) -> Kind:
    """Tell what a stripped line looks like.

    >>> [classify_line(text).name for text in ("Sep 30, 2024 21", "14 days ago", "1,056", "September was warm")]
    ['DATE', 'DATE', 'NUMBER', 'TEXT']
    """
    return _classify(text) if len(text) <= MAX_FOOTER_LINE_LENGTH else Kind.TEXT


@lru_cache(maxsize=KEPT_LINES)
def _classify(text: str) -> Kind:
    if text in DOTS:
        return Kind.DOT
    if _AUTHOR_LINE.match(text):
        return Kind.AUTHORS
    if len(text) <= MAX_LABEL_LENGTH:
        if _DATE.match(text):
            return Kind.DATE
        if _NUMBER_LINE.match(text):
            return Kind.NUMBER
    return Kind.SUBMITTER if _SUBMITTER_LABEL.match(text) else Kind.TEXT


def can_be_cut(text: str) -> bool:
    """Tell whether a date line reads well and may yet lack its end: a day, a year or a number of comments.

    >>> [can_be_cut(text) for text in ("Jul 10, 2023", "Jul 10, 2023 1", "Oct 2", "2023-07-1", "Oct")]
    [False, True, True, True, False]
    """
    match = next((match for form in _DATE_FORMS.values() if (match := form.match(text))), None)
    if match is None:
        return False
    is_open = match["year"] is None or (match.end("day") == match.end("date") and len(match["day"]) == 1)
    return match["number"] is not None or is_open


def is_organization(text: str) -> bool:
    """Tell whether a line can name an organisation: a handle, then a name, and no sentence."""
    is_sentence = text.endswith((".", "!", "?", ":", ",", ";")) and not text.lower().endswith(_COMPANY_ENDS)
    is_line = len(text) <= MAX_FOOTER_LINE_LENGTH and "•" not in text
    return is_line and not is_sentence and _ORGANIZATION_LINE.match(text) is not None


def cut_footer(line: Line, codec: str) -> list[Line]:
    """Cut ``• 3 authors · May 2``, ``naver-ai NAVER · May 2`` or ``· May 2`` at the dot; leave other lines whole."""
    pieces = _cut_at_dot(line.text, codec)
    if not pieces:
        return [line]
    first = pieces[0][0]
    return [
        Line(line.start + start, line.start + end, text, kind, line.after_blank and start == first)
        for start, end, text, kind in pieces
    ]


@lru_cache(maxsize=KEPT_LINES)
def _cut_at_dot(text: str, codec: str) -> tuple[tuple[int, int, str, Kind], ...]:
    """Give the pieces of a footer on one line, and the bytes of the line at which they lie; none if it is no footer."""
    before, dot, after = text.rpartition("·")
    head, tail = before.rstrip(), after.lstrip()
    is_footer = dot and "\ufffd" not in text and classify_line(tail) is Kind.DATE
    if not is_footer or (head and classify_line(head) is not Kind.AUTHORS and not _is_name(head)):
        return ()
    dot_start, length = count_bytes(before, codec), count_bytes(text, codec)
    dot_piece = (dot_start, dot_start + count_bytes(dot, codec), dot, Kind.DOT)
    tail_piece = (length - count_bytes(tail, codec), length, tail, Kind.DATE)
    head_piece = (0, count_bytes(head, codec), head, classify_line(head))
    return (*([head_piece] if head else []), dot_piece, tail_piece)


def _is_name(text: str) -> bool:
    return len(text) <= MAX_LABEL_LENGTH and is_organization(text)
