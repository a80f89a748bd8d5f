"""The lines of many dumps as columns: where each lies, and what kind it is, without a Python object for each.

Only dumps that need no thought are put together here: UTF-8 with LF and no other control character. What few lines
can be anything but text is asked of the same functions that the parser asks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from etl.extract.decode import BYTE_ORDER_MARKS, is_doubly_decoded
from etl.extract.layouts import ANCHORS, name_header_line
from etl.extract.lines import KEPT_LINES, Kind, Line, classify_line
from etl.extract.split import can_be_footer, can_be_half, cut_footer, strip_invisible
from etl.patterns import MAX_FOOTER_LINE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_TELLING_STARTS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun", "pub", "sub", "abo", "ove", "alm", "an ", "one"),
    *("tod", "yes", "jus", "get", "onc", "bya", "by ", "aut"),
    *(f"a {chr(code)}" for code in range(32, 128)),
)
"""Three first letters of all lines that begin with a letter and can be anything but text or harmless furniture."""

_IS_TELLING: Final = np.zeros(2**15, dtype=np.bool_)
_IS_TELLING[[sum((ord(start[place]) & 31) << 10 - 5 * place for place in range(3)) for start in _TELLING_STARTS]] = True
"""By the last five bits of three letters, which are the same for capitals: what is told in vain is asked in vain."""

_DECODED_TWICE: Final = np.array([0x82, 0x83, 0xA2], dtype=np.uint8)
_PIECE: Final = 2**16

_STEPS: Final = 32

_VIEWED: Final = 12
"""Bytes of a text that Arrow's string view holds in itself; of a longer one the first four and its place."""

_LONGEST: Final = 4 * MAX_FOOTER_LINE_LENGTH
_LF, _NON_ASCII = 10, 0x80
_SPACE, _DEL = np.uint8(32), np.uint8(0x7F)
_DOT_END, _A_WITH_SIGN = 0xB7, 0xC3
_U_FFFD: Final = b"\xef\xbf\xbd"
"""What to look for beside the line ends: bytes that begin or end a character that can mean something."""

_DOT: Final = "·".encode()


class Short(NamedTuple):
    """What a short line is by itself: its kind, and whether it is a header's anchor, or wants a closer look."""

    kind: int
    is_anchor: bool
    is_odd: bool


class LineTable(NamedTuple):
    """Lines that are not blank, of several dumps in a row: bytes ``[start, end)`` of ``joined``, outer spaces cut."""

    joined: bytes
    bases: Integers
    """Where each dump begins in ``joined``."""
    sizes: Integers
    dump: Integers
    """The number of the dump that each line belongs to."""
    start: Integers
    end: Integers
    after_blank: Flags
    kind: npt.NDArray[np.int8]
    is_anchor: Flags
    odd_dumps: frozenset[int]
    """Dumps that the parser must read."""

    def make_lines(self, first: int, stop: int) -> list[Line]:
        """Make lines as the parser has them, their bytes counted in their dump."""
        base = int(self.bases[self.dump[first]]) if first < stop else 0
        columns = (self.start, self.end, self.kind, self.after_blank)
        return [
            Line(start - base, end - base, self.joined[start:end].decode(), Kind(kind), after_blank)
            for start, end, kind, after_blank in zip(*(one[first:stop].tolist() for one in columns), strict=True)
        ]

    def view_texts(self, lines: Integers) -> pa.Array:
        """View the texts of lines where they lie in ``joined``; null where there is no line, which is -1."""
        data = np.frombuffer(self.joined, dtype=np.uint8)
        start, length = self.start[lines], (self.end - self.start)[lines]
        heads = np.lib.stride_tricks.sliding_window_view(data, _VIEWED)[start]
        heads[np.arange(_VIEWED) >= length[:, None]] = 0
        views = np.empty((len(lines), 4), dtype="<i4")
        views[:, 0] = length
        views[:, 1:] = heads.view("<i4")
        is_long = length > _VIEWED
        views[is_long, 2] = 0
        views[is_long, 3] = start[is_long]
        valid = pa.array(lines >= 0).buffers()[1]
        return pa.Array.from_buffers(
            pa.string_view(), len(lines), [valid, pa.py_buffer(views), pa.py_buffer(self.joined)]
        )


def find_utf_8(raws: Sequence[bytes]) -> list[bool]:
    """Tell which dumps are UTF-8 without a mark and hold anything; all of them at once, unless one is not."""
    mark = BYTE_ORDER_MARKS["utf-8"]
    try:
        pl.Series(raws, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return [len(raws) > 1 and find_utf_8([raw]) == [True] for raw in raws]
    return [bool(raw) and not raw.startswith(mark) for raw in raws]


def make_line_table(raws: Sequence[bytes]) -> LineTable:
    """Cut dumps in UTF-8 into lines."""
    joined = b"\n".join([*raws, bytes([_LF]) * _VIEWED])
    data = np.frombuffer(joined, dtype=np.uint8)
    sizes = np.array([len(raw) for raw in raws], dtype=np.int64)
    bases = np.concatenate([[0], np.cumsum(sizes + 1)[:-1]]).astype(np.int64)
    marks = _find_marks(data)
    byte = data[marks]
    ends = marks[byte == _LF]
    starts = np.concatenate([[0], ends[:-1] + 1])
    number = np.flatnonzero(ends > starts)
    start, end = _strip_spaces(data, starts[number], ends[number])
    is_kept = end > start
    number, start, end = number[is_kept], start[is_kept], end[is_kept]
    dump = _find_dumps(bases, start)
    after_blank = np.ones(len(number), dtype=np.bool_)
    after_blank[1:] = (np.diff(number) > 1) | (np.diff(dump) > 0)
    asked = np.searchsorted(start, marks[_want_look(data, marks, byte)], side="right") - 1
    kind, is_anchor, odd_lines = _classify_lines(joined, start, end, asked[asked >= 0])
    odd = _find_dumps(bases, marks[_are_foreign(data, marks, byte)]).tolist() + dump[odd_lines].tolist()
    return LineTable(joined, bases, sizes, dump, start, end, after_blank, kind, is_anchor, frozenset(odd))


def _find_marks(data: Bytes) -> Integers:
    """Find control characters, line ends among them, and bytes that are no ASCII, which can mean something.

    Piece by piece, so that all of it happens in the processor's cache.
    """
    found = []
    for begin in range(0, len(data), _PIECE):
        # Below a space the difference starts again from 255.
        is_mark = (data[begin : begin + _PIECE] - _SPACE) >= _DEL - _SPACE
        found.append(np.flatnonzero(is_mark) + begin)
    return np.concatenate(found)


def _are_foreign(data: Bytes, marks: Integers, byte: Bytes) -> Flags:
    """Tell which of the marked bytes no clean dump has: control characters, and U+FFFD."""
    is_control = ((byte < _SPACE) & (byte != _LF)) | (byte == _DEL)
    is_foreign: Flags = byte == _U_FFFD[0]
    for distance in (1, 2):
        is_foreign &= _peek(data, marks, distance) == _U_FFFD[distance]
    is_foreign |= is_control
    return is_foreign


def _want_look(data: Bytes, marks: Integers, byte: Bytes) -> Flags:
    """Tell which of the marked bytes are of a dot, or of a letter that text decoded twice shows."""
    is_wanted: Flags = (byte == _DOT_END) & (data[np.maximum(marks - 1, 0)] == _DOT[0])
    is_wanted |= (byte == _A_WITH_SIGN) & np.isin(_peek(data, marks, 1), _DECODED_TWICE)
    return is_wanted


def _peek(data: Bytes, places: Integers, distance: int) -> Bytes:
    """Read the byte behind each place; at the end of the data the last one."""
    return data[np.minimum(places + distance, len(data) - 1)]


def _find_dumps(bases: Integers, places: npt.NDArray[Any]) -> Integers:
    return np.searchsorted(bases, places, side="right") - 1


def _strip_spaces(data: Bytes, start: Integers, end: Integers) -> tuple[Integers, Integers]:
    for edge, step, shift in ((start, 1, 0), (end, -1, 1)):
        moving = np.flatnonzero(data[edge - shift] == _SPACE)
        for _ in range(_STEPS):
            if not moving.size:
                break
            edge[moving] += step
            moving = moving[(start[moving] < end[moving])]
            moving = moving[data[edge[moving] - shift] == _SPACE]
        for line in moving.tolist():  # so much white space is rare, and one step a byte would be slow
            text = data[start[line] : end[line]].tobytes()
            edge[line] += step * (len(text) - len(text.lstrip(b" ") if step > 0 else text.rstrip(b" ")))
    return start, end


def _classify_lines(
    joined: bytes, start: Integers, end: Integers, marked: Integers
) -> tuple[npt.NDArray[np.int8], Flags, Integers]:
    """Tell each line's kind, whether it is an anchor, and which lines want a closer look."""
    data = np.frombuffer(joined, dtype=np.uint8)
    length = end - start
    first, last = data[start], data[end - 1]
    is_dot = (length == len(_DOT)) & (first == _DOT[0]) & (last == _DOT[1])
    kind = np.where(is_dot, np.int8(Kind.DOT), np.int8(Kind.TEXT))
    is_anchor = np.zeros(len(start), dtype=np.bool_)
    is_asked = (length <= _LONGEST) & _find_telling(data, start, length)
    is_asked |= (first >= _NON_ASCII) | (last >= _NON_ASCII)
    is_asked[marked] = True
    asked = np.flatnonzero(is_asked & ~is_dot)
    looks = [
        _look_at(joined[at:stop]) if stop - at <= _LONGEST else _look_at_long(joined[at:stop])
        for at, stop in zip(start[asked].tolist(), end[asked].tolist(), strict=True)
    ]
    kinds, anchors, odd = zip(*looks, strict=True) if looks else ((), (), ())
    kind[asked] = kinds
    is_anchor[asked] = anchors
    return kind, is_anchor, asked[np.array(odd, dtype=np.bool_)]


def _find_telling(data: Bytes, start: Integers, length: Integers) -> Flags:
    """Find lines that do not begin as plain text does."""
    one, two, three = (_peek(data, start, distance) for distance in range(3))
    is_letter = ((one | 32) >= ord("a")) & ((one | 32) <= ord("z"))
    packed = (one & 31).astype(np.int64) << 10 | (two & 31).astype(np.int64) << 5 | three & 31
    is_plain: Flags = is_letter & (two < _NON_ASCII) & (three < _NON_ASCII) & ~_IS_TELLING[packed]
    return ~is_plain | (length < 3)  # noqa: PLR2004 - three letters


@lru_cache(maxsize=KEPT_LINES)
def _look_at(raw: bytes) -> Short:
    text = raw.decode()
    line = Line(0, len(raw), text, classify_line(text), after_blank=True)
    is_cut = can_be_footer(text, line.kind) and len(cut_footer(line, "utf-8")) > 1
    is_odd = strip_invisible(text.strip()) != text or is_cut or can_be_half(text)
    return Short(int(line.kind), name_header_line(text) in ANCHORS, is_odd or is_doubly_decoded(text))


def _look_at_long(raw: bytes) -> Short:
    text = raw.decode()
    return Short(
        int(Kind.TEXT), is_anchor=False, is_odd=strip_invisible(text.strip()) != text or is_doubly_decoded(text)
    )
