"""Physical lines to lines of a page: what is not blank, where it lies, and what kind of line it looks like.

A footer that is printed on one line is cut into its pieces, and one with a line break in it is joined.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from etl.extract.decode import count_bytes, cut_lines
from etl.extract.lines import KEPT_LINES, MAX_LABEL_LENGTH, Kind, Line, classify_line, is_organization
from etl.patterns import AUTHOR_LINE, DOTS, MAX_FOOTER_LINE_LENGTH, NUMBER, SPACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.extract.decode import Encoding

_AUTHORS = re.compile(AUTHOR_LINE.removesuffix("$"))
_SIGNS = "|".join(re.escape(sign) for sign in sorted(DOTS, key=len, reverse=True))
_PARTING = re.compile(rf"[{SPACES}]*(?P<sign>{_SIGNS}|[-\u2013\u2014,;/])[{SPACES}]*")
"""What parts the authors from the date where both stand on one line."""

_COUNT_HALF = re.compile(rf"^(?P<bullet>(?:{_SIGNS}|[-\u2013\u2014])[{SPACES}]*)?{NUMBER}$")

_DATE_HALVES: Final = (
    (re.compile(rf"^[A-Za-z]{{3,9}}\.?[{SPACES}]+[0-9]{{1,2}},?$"), re.compile(rf"^,?[{SPACES}]*[0-9]{{4}}\b")),
    (re.compile(r"^[A-Za-z]{3,9}\.?$"), re.compile(r"^[0-9]{1,2}\b")),
)
"""The two halves of a date with a line break between two of its pieces."""

_DIGITS_CUT = (re.compile(rf"^[A-Za-z]{{3,9}}\.?[{SPACES}]+[0-9]$"), re.compile(rf"^[0-9],[{SPACES}]*[0-9]{{4}}\b"))
"""The two halves of a date with a line break between two digits of its day."""

_LONGEST_HALF: Final = 24
_INVISIBLE: Final = "".join(
    chr(code)
    for first, last in ((0xAD, 0xAD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2069), (0xFEFF, 0xFEFF))
    for code in range(first, last + 1)
)
"""What takes no room: soft hyphens, joiners, marks and isolates of the direction of writing, byte-order marks."""

_INVISIBLE_OR_WHITE: Final = _INVISIBLE + string.whitespace + "\u00a0\u3000"


def split_lines(raw: bytes, encoding: Encoding) -> list[Line]:
    r"""Cut a dump into its non-blank lines; what lies between them is white space or the byte-order mark.

    A footer that is printed on one line (``3 authors · May 2``) is cut at its dot, as if it stood on three; an author
    line or a date with a line break in it is one line.
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
            is_half = not after_blank and can_be_half(printed)
            if is_half and (whole := join_halves(lines, line)) is not None:
                lines[-1] = whole
            elif is_cut:
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
    if not printed:
        return "", Kind.TEXT, 0, 0, False
    kind = classify_line(printed)
    return printed, kind, before, behind, printed is stripped and can_be_footer(printed, kind)


_read_again = lru_cache(maxsize=KEPT_LINES)(_read_text)


def strip_invisible(text: str) -> str:
    """Strip what takes no room on a page from a stripped line's ends; a line of nothing else is blank.

    >>> strip_invisible("\u200b \ufeffA title"), strip_invisible("\u200b")
    ('A title', '')
    """
    if text[:1] not in _INVISIBLE and text[-1:] not in _INVISIBLE:
        return text
    return text.strip(_INVISIBLE_OR_WHITE)


def can_be_half(text: str) -> bool:
    """Tell whether a line can be the second half of one with a line break in it, so that :func:`join_halves` is asked.

    >>> can_be_half("authors"), can_be_half(", 2024 4"), can_be_half("A title")
    (True, True, False)
    """
    return len(text) <= _LONGEST_HALF and (text[0] in "0123456789," or text.lower() in {"author", "authors"})


def join_halves(above: Sequence[Line], line: Line) -> Line | None:
    """Join a line to the one above, where together they are an author line, or below a dot a date; else None.

    >>> lines = [Line(0, 4, "• 17", Kind.TEXT, after_blank=True)]
    >>> join_halves(lines, Line(5, 12, "authors", Kind.TEXT, after_blank=False)).text
    '• 17 authors'
    """
    if not above or len(above[-1].text) > _LONGEST_HALF:
        return None
    first = above[-1]
    text = f"{first.text} {line.text}"
    kind = _classify_joined(first.text, line.text, is_below_dot=len(above) > 1 and above[-2].kind is Kind.DOT)
    return None if kind is None else Line(first.start, line.end, text, kind, first.after_blank)


def _classify_joined(first: str, second: str, *, is_below_dot: bool) -> Kind | None:
    """Tell what two lines are together, if they are one. Of a number cut between its digits nothing is read."""
    count = _COUNT_HALF.match(first)
    if count and (
        second.lower() in {"author", "authors"}
        or (count["bullet"] and second[0].isdigit() and classify_line(second) is Kind.AUTHORS)
    ):
        return Kind.AUTHORS
    if not is_below_dot:
        return None
    is_date = any(head.match(first) and tail.match(second) for head, tail in _DATE_HALVES)
    if is_date and classify_line(f"{first} {second}") is Kind.DATE:
        return Kind.DATE
    head, tail = _DIGITS_CUT
    return Kind.DATE if head.match(first) and tail.match(second) else None


def can_be_footer(text: str, kind: Kind) -> bool:
    """Tell whether a line can be a footer on one line, so that :func:`cut_footer` is to be asked."""
    return kind is Kind.TEXT and len(text) <= MAX_FOOTER_LINE_LENGTH and ("·" in text or "author" in text.lower())


def cut_footer(line: Line, codec: str) -> list[Line]:
    """Cut a footer on one line into its pieces, as if each stood on its own; leave other lines whole.

    ``• 3 authors · May 2``, ``naver-ai NAVER · May 2``, ``naver-ai NAVER · 3 authors · May 2`` and ``· May 2`` are
    footers; behind an author line also other signs than a dot part the date, and the date may stand on the next line.
    """
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
    if "\ufffd" in text:
        return ()
    pieces = []
    for start, end in _find_pieces(text):
        piece = text[start:end]
        first = count_bytes(text[:start], codec)
        kind = Kind.DOT if _PARTING.fullmatch(piece) else classify_line(piece)
        pieces.append((first, first + count_bytes(piece, codec), piece, kind))
    return tuple(pieces)


def _find_pieces(text: str) -> list[tuple[int, int]]:
    """Find where the pieces of a footer on one line begin and end."""
    authors = _AUTHORS.match(text)
    parting = _PARTING.match(text, authors.end()) if authors else None
    if authors and parting:
        pieces, rest = [authors.span(), parting.span("sign")], (parting.end(), len(text))
        if rest[0] == rest[1]:
            return pieces if parting["sign"] in DOTS else []
        return [*pieces, rest] if classify_line(text[rest[0] :]) is Kind.DATE else []
    before, dot, after = text.rpartition("·")
    head = before.rstrip()
    last = (len(text) - len(after.lstrip()), len(text))
    kind = classify_line(after.lstrip())
    if dot and kind is Kind.AUTHORS and _is_name(head):
        return [(0, len(head)), last]
    if authors or not dot or kind is not Kind.DATE or (head and not _is_name(head)):
        return []
    name, dot, more = head.rpartition("·")
    footing = [(len(before), len(before) + 1), last]
    if dot and classify_line(more.lstrip()) is Kind.AUTHORS and _is_name(name.rstrip()):
        return [(0, len(name.rstrip())), (len(head) - len(more.lstrip()), len(head)), *footing]
    return [(0, len(head)), *footing] if head else footing


def _is_name(text: str) -> bool:
    return len(text) <= MAX_LABEL_LENGTH and is_organization(text)
