"""What must hold of every parsed dump, whatever its bytes: found without any of the parser's own code."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from etl.extract.parse import ParsedDump

MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

_NO_ROOM = re.compile("[\u200b-\u200f\u2060\ufeff \t]*[\r\n]+[\u200b-\u200f\u2060\ufeff \t]*")
_FOOTER = re.compile(
    r"^[ \t]*(?:[•*-][ \t]*)?(?P<author>[0-9][0-9,]{0,8} authors?)[ \t]*\r?\n[ \t]*·[ \t]*\r?\n[ \t]*"
    r"(?P<date>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{1,2}(?:, [0-9]{4})?)(?: [0-9]+)?[ \t]*\r?$",
    re.MULTILINE,
)


def list_faults(raw: bytes, dump: ParsedDump) -> list[str]:
    """List what is wrong with a parsed dump, one sentence each."""
    places = [
        *((one.card.start, one.card.end, "listing") for one in dump.listings),
        *((one.start, one.end, "quarantine") for one in dump.quarantine),
        *((one.start, one.end, one.kind) for one in dump.spans),
    ]
    places.sort()
    faults = [*_list_gaps(places, len(raw)), *_list_disorder(dump)]
    if dump.encoding is not None:
        codec = dump.encoding
        faults += [
            f"{kind} {start}:{end} is not blank"
            for start, end, kind in places
            if kind == "white_space" and not raw[start:end].decode(codec, "replace").isspace()
        ]
        faults += [
            f"mark {start}:{end}"
            for start, end, kind in places
            if kind == "byte_order_mark" and raw[start:end] not in MARKS
        ]
        faults += [
            f"{kind} {edge} lies inside a character"
            for edge, _, kind in places
            if is_inside_character(raw, edge, codec)
        ]
        faults += _list_lost_footers(raw, codec, places)
        faults += [
            fault
            for one in dump.listings
            for fault in _list_foreign_text(raw[one.card.start : one.card.end].decode(codec, "replace"), one.card)
        ]
    return faults


def is_inside_character(raw: bytes, edge: int, codec: str) -> bool:
    """Tell whether an edge cuts a code unit, or a whole character of UTF-8, in two."""
    if codec.startswith("utf-16"):
        return edge % 2 == 1
    if codec != "utf-8" or edge >= len(raw) or raw[edge] & 0xC0 != 0x80:
        return False
    for start in range(max(edge - 3, 0), edge):
        for end in range(edge + 1, edge + 4):
            try:
                if len(raw[start:end].decode()) == 1:
                    return True
            except UnicodeDecodeError:
                continue
    return False


def _list_gaps(places: list[tuple[int, int, str]], size: int) -> Iterator[str]:
    edges = [0, *(edge for start, end, _ in places for edge in (start, end)), size]
    yield from (
        f"bytes {end}:{start} have no role or two"
        for end, start in zip(edges[::2], edges[1::2], strict=True)
        if end != start
    )
    yield from (f"{kind} {start}:{end} is empty" for start, end, kind in places if start >= end)


def _list_disorder(dump: ParsedDump) -> Iterator[str]:
    keys = [(one.position, one.page_number, one.card.start) for one in dump.listings]
    for one, other in pairwise(keys):
        if not (one[0] < other[0] and one[1] <= other[1] and one[2] < other[2]):
            yield f"listing {other} comes after {one}"
    if [page.page_number for page in dump.pages] != list(range(len(dump.pages))):
        yield "pages are not numbered from 0"
    if {one.page_number for one in dump.listings} - {page.page_number for page in dump.pages}:
        yield "a listing stands on no page"
    if (dump.status == "rejected") != (dump.reason is not None) or (dump.status == "rejected" and dump.listings):
        yield f"status {dump.status} has reason {dump.reason} and {len(dump.listings)} listings"
    if (dump.status == "read") != bool(dump.listings or (dump.quarantine and dump.reason is None)):
        yield f"status {dump.status} with {len(dump.listings)} listings and {len(dump.quarantine)} quarantined"


def _list_lost_footers(raw: bytes, codec: str, places: list[tuple[int, int, str]]) -> Iterator[str]:
    """Find whole footers by a scan of the text; each of their lines must lie in a listing or in quarantine."""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return
    starts = [start for start, _, _ in places]
    for match in _FOOTER.finditer(text.replace("\r\n", " \n").replace("\r", "\n")):
        for name in ("author", "date"):
            first = len(text[: match.start(name)].encode(codec))
            _, end, kind = places[bisect_right(starts, first) - 1]
            if kind not in ("listing", "quarantine") or first + len(match[name].encode(codec)) > end:
                yield f"the footer's {name} at {first} lies in {kind}"


def _list_foreign_text(text: str, card: tuple[object, ...]) -> Iterator[str]:
    """Find pieces of a card that do not stand in its own bytes; what takes no room at the ends of lines goes."""
    words = " ".join(_NO_ROOM.sub("\n", text).split())
    for piece in card[2:9]:
        if isinstance(piece, str) and " ".join(piece.split()) not in words:
            yield f"{piece[:60]!r} does not stand in the card's bytes"


def count_calls(run: Callable[[], object]) -> int:
    """Count the calls of functions, also of built-in ones, while something runs."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(before)
    return calls
