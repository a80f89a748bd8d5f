"""Damage to good dumps, and which cards it left whole.

A mutated dump is a patchwork of pieces of good dumps and of flipped bytes, so byte ranges alone say which cards came
through. A card is whole if its bytes are copied in one piece, begin and end a line, and have the same white space
around them as before. A card of a page that prints no footers needs the page's header as well, and one whose footer
is missing needs the header or a whole card with a footer: nothing else says what the page is.

Nothing here imports the parser: the bases, and what is true of them, come from ``tests/hostile/bases.py``.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from random import Random

EDITS: Final = ("flip", "delete", "double", "swap")
KINDS: Final = (*EDITS, "cut", "splice", "mixed")

_MOST_EDITS: Final = 3
_MOST_MIXED_EDITS: Final = 6
_MOST_BYTES: Final = 8
_MOST_LINES: Final = 3


class Truth(NamedTuple):
    """A card of a dump: bytes ``[start, end)``, and what is printed there."""

    start: int
    end: int
    title: str
    abstract: str | None
    author_line: str | None
    organization_line: str | None
    date_line: str | None


class Base:
    """A good dump, and what is true of it."""

    def __init__(self, name: str, raw: bytes, codec: str, truths: Sequence[Truth]) -> None:
        self.name = name
        self.raw = raw
        self.codec = codec
        self.truths = tuple(truths)
        self.unit = len("\n".encode(codec))
        self.header_end = truths[0].start
        self.is_footerless = not any(truth.date_line for truth in truths)

    @cached_property
    def surroundings(self) -> tuple[tuple[bytes, bytes], ...]:
        """White space directly before and behind each card."""
        edges = [0, *(edge for truth in self.truths for edge in truth[:2]), len(self.raw)]
        gaps = [self.raw[start:end].decode(self.codec) for start, end in zip(edges[::2], edges[1::2], strict=True)]
        before = [gap[len(gap.rstrip()) :].encode(self.codec) for gap in gaps[:-1]]
        behind = [gap[: len(gap) - len(gap.lstrip())].encode(self.codec) for gap in gaps[1:]]
        return tuple(zip(before, behind, strict=True))


class Piece(NamedTuple):
    """Bytes ``raw[start:stop]``, of a base or, when ``base`` is None, made up."""

    base: Base | None
    raw: bytes
    start: int
    stop: int


class Patchwork:
    """A mutated dump: pieces in a row."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = list(_merge(pieces))
        self.raw = b"".join(piece.raw[piece.start : piece.stop] for piece in self.pieces)

    @classmethod
    def of(cls, base: Base) -> Patchwork:
        """Begin with a good dump."""
        return cls([Piece(base, base.raw, 0, len(base.raw))])

    @classmethod
    def of_bytes(cls, raw: bytes) -> Patchwork:
        """Begin with bytes of no dump."""
        return cls([Piece(None, raw, 0, len(raw))])

    def __add__(self, other: Patchwork) -> Patchwork:
        """Put another one behind."""
        return Patchwork([*self.pieces, *other.pieces])

    def __getitem__(self, place: slice) -> Patchwork:
        """Cut bytes out, all of them still known by where they come from."""
        start, stop, _ = place.indices(len(self.raw))
        taken, offset = [], 0
        for piece in self.pieces:
            first, last = max(start - offset, 0), min(stop - offset, piece.stop - piece.start)
            if first < last:
                taken.append(piece._replace(start=piece.start + first, stop=piece.start + last))
            offset += piece.stop - piece.start
        return Patchwork(taken)


class Mutant(NamedTuple):
    """A damaged dump: how it came about, its bytes, the cards that are whole where they lie now, and all there were."""

    kind: str
    edits: tuple[str, ...]
    raw: bytes
    whole: tuple[Truth, ...]
    card_count: int


def mutate(bases: Sequence[Base], rng: Random) -> Mutant:
    """Damage one of the bases, or splice it with another one, by a few edits of one kind or of several."""
    base, kind = rng.choice(bases), rng.choice(KINDS)
    dump, edits, card_count = Patchwork.of(base), [base.name], len(base.truths)
    if kind == "splice" or (kind == "mixed" and rng.random() < 0.5):
        other = rng.choice([one for one in bases if one.codec == base.codec])
        (here, _), (there, _) = pick_range(dump.raw, base.codec, rng), pick_range(other.raw, base.codec, rng)
        dump, card_count = dump[:here] + Patchwork.of(other)[there:], card_count + len(other.truths)
        edits.append(f"splice at {here} with {other.name} from {there}")
    if kind == "cut" or (kind == "mixed" and rng.random() < 0.5):
        here, _ = pick_range(dump.raw, base.codec, rng)
        is_head = rng.random() < 0.2
        dump = dump[here:] if is_head else dump[:here]
        edits.append(f"cut {'up to' if is_head else 'from'} {here}")
    most = {"mixed": _MOST_MIXED_EDITS, "cut": 0, "splice": 0}.get(kind, _MOST_EDITS)
    for _ in range(rng.randint(1, most) if most else 0):
        dump, note = edit(dump, kind if kind != "mixed" else rng.choice(EDITS), base.codec, rng)
        edits.append(note)
    return Mutant(kind, tuple(edits), dump.raw, tuple(find_whole_cards(dump)), card_count)


def edit(dump: Patchwork, kind: str, codec: str, rng: Random) -> tuple[Patchwork, str]:
    """Flip, delete, double or swap a few bytes or lines."""
    start, stop = pick_range(dump.raw, codec, rng)
    before, chosen, behind = dump[:start], dump[start:stop], dump[stop:]
    note = f"{kind} {start}:{stop}"
    if kind == "flip":
        mask = rng.randint(1, 255)
        flipped = Patchwork.of_bytes(bytes(byte ^ mask for byte in chosen.raw))
        return before + flipped + behind, f"{note} by {mask:#x}"
    if kind == "delete":
        return before + behind, note
    if kind == "double" and rng.random() < 0.5:
        return before + chosen + chosen + behind, note
    first, last = pick_range(dump.raw, codec, rng)
    if kind == "double":
        return dump[:first] + chosen + dump[first:], f"{note} at {first}"
    first, last = max(first, stop), max(last, stop)
    return before + dump[first:last] + dump[stop:first] + chosen + dump[last:], f"{note} with {first}:{last}"


def pick_range(raw: bytes, codec: str, rng: Random) -> tuple[int, int]:
    """Pick a few lines, or a few bytes: of the whole dump or of a line, so that short lines are hit, too.

    Of UTF-16 whole code units are picked: without a byte-order mark nothing says which half is shifted by an odd byte.
    """
    line_end = "\n".encode(codec) if "\n".encode(codec) in raw else "\r".encode(codec)
    unit = len(line_end)
    edges = [0, *(match.end() for match in re.finditer(re.escape(line_end), raw)), len(raw)]
    first = rng.randrange(len(edges) - 1)
    last = min(first + rng.randint(1, _MOST_LINES), len(edges) - 1)
    way = rng.choice(("lines", "bytes of the dump", "bytes of a line"))
    if way == "lines":
        return edges[first], edges[last]
    start = rng.randint(0, len(raw)) if way == "bytes of the dump" else rng.randint(edges[first], edges[first + 1])
    start -= start % unit
    return start, min(start + unit * rng.randint(1, _MOST_BYTES), len(raw))


def find_whole_cards(dump: Patchwork) -> list[Truth]:
    """List the cards that came through whole, where they lie now."""
    offset, headed, whole = 0, set[str](), []
    for base, _, first, last in dump.pieces:
        shift = offset - first
        offset += last - first
        if base is None:
            continue
        if first == 0 and last >= base.header_end > 0:
            headed.add(base.name)
        if base.is_footerless and base.name not in headed:
            continue
        for truth, white in zip(base.truths, base.surroundings, strict=True):
            start, end = truth.start + shift, truth.end + shift
            if first <= truth.start and truth.end <= last and _is_set_off(dump.raw, start, end, white, base.unit):
                whole.append(truth._replace(start=start, end=end))
    return whole if headed or any(truth.date_line for truth in whole) else []


def list_misread(mutant: Mutant, cards: Iterable[Truth]) -> list[Truth]:
    """List the whole cards that were not read exactly, among the cards that were read."""
    read = {card.start: card for card in cards}
    return [truth for truth in mutant.whole if read.get(truth.start) != truth]


def _is_set_off(raw: bytes, start: int, end: int, white: tuple[bytes, bytes], unit: int) -> bool:
    """Tell whether the white space around a card is what it was, and whether it begins at a whole code unit."""
    before, behind = white
    return (
        start % unit == 0
        and raw.endswith(before, 0, start)
        and (any(byte in b"\r\n" for byte in before) or start == len(before))
        and raw.startswith(behind, end)
        and (any(byte in b"\r\n" for byte in behind) or end + len(behind) == len(raw))
    )


def _merge(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Join pieces that follow each other in the same base."""
    last: Piece | None = None
    for piece in pieces:
        if last and last.base is not None and last.base is piece.base and last.stop == piece.start:
            last = last._replace(stop=piece.stop)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last
