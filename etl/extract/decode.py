"""Bytes to pieces of text: which encoding a dump is in, and where each of its physical lines lies in the raw bytes.

Nothing is repaired: bytes that are not of the encoding become U+FFFD, and text that was decoded twice stays as it is.
Lines end with LF, CRLF or CR and nothing else: U+2028 and its like are text here, unlike in ``str.splitlines``.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTE_ORDER_MARKS: Final = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}

_MAX_CONTROL_SHARE: Final = 0.1
_PARTS: Final = 32
_SMALLEST_PART: Final = 64
_NOISY_PLACES: Final = 3
_MIN_NUL_SHARE: Final = 0.2
_CONTROLS: Final = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r") + b"\x7f"
_CONTINUATION: Final = re.escape("".join(bytes([byte]).decode("windows-1252", "ignore") for byte in range(0x80, 0xC0)))
_MULTI_BYTE: Final = re.compile("[^\0-\x7f\ufffd]")
_DOTS_IN_UTF_8: Final = re.compile(rb"\xc2\xb7|\xe2\x80\xa2")
_DOTS_IN_WINDOWS_1252: Final = re.compile(rb"(?<![\x80-\xff])[\x95\xb7](?![\x80-\xff])")
"""The dot and the bullet of a footer: every card has them, and damage in one place cannot make many."""
_DOUBLY_DECODED: Final = re.compile(f"[\u00c2\u00c3][{_CONTINUATION}]|\u00e2[{_CONTINUATION}]{{2}}")
"""What two- and three-byte sequences of UTF-8 look like when they are read as Windows-1252."""


class Encoding(NamedTuple):
    """How a dump's bytes are read: the codec, and how many bytes of a byte-order mark come first."""

    codec: str
    mark_length: int


def detect_encoding(raw: bytes) -> Encoding | None:
    r"""Tell a dump's encoding by its byte-order mark, its NUL bytes, or what UTF-8 makes of it; None: it is no text.

    Bytes that are no UTF-8 are damaged UTF-8 if more of the dots and bullets of footers are printed in it than in
    Windows-1252, otherwise Windows-1252. Where that leaves a tie, as many lines must have multi-byte characters as have
    wrong bytes: damage comes in one place, another encoding is everywhere.

    >>> [detect_encoding(raw).codec for raw in (b"a", b"\xff\xfea\0", b"\x95 3 authors", b"\xe2\x80\xa2 \xc2\xb7 \xff")]
    ['utf-8', 'utf-16-le', 'windows-1252', 'utf-8']
    """
    for codec, mark in BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            return Encoding(codec, len(mark))
    if b"\0" in raw:
        wide = _detect_utf_16(raw)
        if wide is not None:
            return wide
    if _is_binary(raw):
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return Encoding("utf-8" if _is_damaged_utf_8(raw) else "windows-1252", 0)
    return Encoding("utf-8", 0)


def cut_lines(raw: bytes, encoding: Encoding) -> Iterator[tuple[int, int, str]]:
    r"""Cut a dump at its line ends; yields first byte, first byte after, and text of each line, blank ones too.

    >>> list(cut_lines(b"a\r\n\rb", Encoding("utf-8", 0)))
    [(0, 2, 'a '), (3, 3, ''), (4, 5, 'b')]
    """
    codec, offset = encoding
    body = raw[offset:] if offset else raw
    if codec.startswith("utf-16"):
        yield from _cut_wide_lines(body, codec, offset)
        return
    if b"\r" in body:  # the CR of a CRLF becomes a trailing space: the length stays, and outer white space goes anyway
        body = body.replace(b"\r\n", b" \n").replace(b"\r", b"\n")
    # A line end is one byte that stands for itself in all of these encodings: decoding first cuts at the same places.
    for piece, text in zip(body.split(b"\n"), body.decode(codec, "replace").split("\n"), strict=True):
        end = offset + len(piece)
        yield offset, end, text
        offset = end + 1


def count_bytes(text: str, codec: str) -> int:
    """Count the bytes of a text that was decoded without replacement."""
    return len(text.encode(codec))


def is_doubly_decoded(text: str) -> bool:
    """Tell whether a text shows UTF-8 that was once read as Windows-1252.

    >>> is_doubly_decoded("SchrÃ¶dinger"), is_doubly_decoded("São Paulo")
    (True, False)
    """
    return not text.isascii() and _DOUBLY_DECODED.search(text) is not None


def _is_damaged_utf_8(raw: bytes) -> bool:
    right, wrong = len(_DOTS_IN_UTF_8.findall(raw)), len(_DOTS_IN_WINDOWS_1252.findall(raw))
    if right == wrong:
        lines = raw.decode("utf-8", "replace").replace("\r", "\n").split("\n")
        wrong = sum(1 for line in lines if "\ufffd" in line)
        right = sum(1 for line in lines if _MULTI_BYTE.search(line))
    return right >= wrong


def _cut_wide_lines(body: bytes, codec: str, offset: int) -> Iterator[tuple[int, int, str]]:
    end = offset + len(body)
    text = body.decode(codec, "replace").replace("\r\n", " \n").replace("\r", "\n")
    for piece in text.split("\n"):
        stop = offset + len(piece.encode(codec, "surrogatepass"))
        yield offset, min(stop, end), piece  # a byte too few at the very end was read as a whole U+FFFD
        offset = stop + 2


def _detect_utf_16(raw: bytes) -> Encoding | None:
    """Tell UTF-16 without a byte-order mark: most of the other byte of each pair is NUL."""
    high_first, high_last = raw[0::2].count(0), raw[1::2].count(0)
    pairs = max(len(raw) // 2, 1)
    if (
        min(high_first, high_last) * 10 > max(high_first, high_last)
        or max(high_first, high_last) < pairs * _MIN_NUL_SHARE
    ):
        return None
    return Encoding("utf-16-be" if high_first > high_last else "utf-16-le", 0)


def _is_binary(raw: bytes) -> bool:
    """Tell whether control characters are more than a tenth of the bytes: of most parts of them, or here and there.

    Noise in a few places makes no text binary.
    """
    size = max(len(raw) // _PARTS, _SMALLEST_PART)
    parts = [raw[start : start + size] for start in range(0, len(raw), size)]
    controls = [len(part) - len(part.translate(None, _CONTROLS)) for part in parts]
    noisy = [count > len(part) * _MAX_CONTROL_SHARE for count, part in zip(controls, parts, strict=True)]
    places = sum(is_noisy and not before for before, is_noisy in pairwise([False, *noisy]))
    is_in_places = 2 * sum(noisy) <= len(noisy) and places <= _NOISY_PLACES
    return sum(controls) > len(raw) * _MAX_CONTROL_SHARE and not is_in_places
