"""The fast path: clean pages of many dumps straight to columns, without a Python object for each card.

A dump is clean if it is one page with the plain header, and with whole footers that leave no doubt. Between two of them
a title and a one-line abstract are taken as they lie; any other gap goes to the parser's own :func:`read_gap`. Every
other dump is declined, and the parser reads it whole. Property tests hold that what is taken is equal to the parser's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from etl.extract.cards import (
    MAX_SHORT_LINES,
    NO_FOOTING,
    SHORT_LINE_BYTES,
    Card,
    Footer,
    Footing,
    looks_footerless,
    read_gap,
)
from etl.extract.clean_pages import (
    AUTHOR,
    DATE,
    FLOOR,
    LAYOUT,
    NONE,
    ORGANIZATION,
    Pages,
    find_gaps,
    find_pages,
    find_tails,
    take_cards,
)
from etl.extract.edges import NO_TAIL
from etl.extract.line_table import find_utf_8, make_line_table
from etl.extract.lines import can_be_cut
from etl.extract.parse import Page, ParsedDump, Quarantined, find_fault, name_layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.extract.line_table import Flags, Integers, LineTable

CARD_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "dump_id": pl.String,
    "position": pl.Int32,
    "page_number": pl.Int32,
    "byte_start": pl.Int64,
    "byte_end": pl.Int64,
    **dict.fromkeys(Card._fields[2:-1], pl.String),
    "byte_problems": pl.List(pl.String),
}
SPAN_SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "dump_id": pl.String,
    "byte_start": pl.Int64,
    "byte_end": pl.Int64,
    "role": pl.String,
    "kind": pl.String,
}

_LARGEST: Final = 16_000_000
"""A dump of more bytes is declined: it would be copied, and no page is so long."""


class CleanDumps(NamedTuple):
    """What was read of the dumps that are clean."""

    cards: pl.DataFrame
    spans: pl.DataFrame
    dumps: list[ParsedDump]
    """All that is no column: their ``listings`` and ``spans`` are left empty."""


class _Found(NamedTuple):
    """All that was found before any card is put together; dumps, lines and gaps are known by their numbers."""

    ids: list[str]
    table: LineTable
    pages: Pages
    is_clean: Flags
    gaps: Integers
    cards: Integers
    with_footer: frozenset[int]


_OddCards = list[tuple[int, Card]]
"""Cards that the parser read, each with the number of its dump."""


def read_clean_dumps(raws: Mapping[str, bytes]) -> CleanDumps:
    """Read the dumps that are clean, by their ids; decline the others.

    What is read is equal to what ``etl.extract.parse.parse_dump`` reads. Errors: none, on any bytes.
    """
    small = {dump_id: raw for dump_id, raw in raws.items() if len(raw) <= _LARGEST and not _is_of_short_lines(raw)}
    ids = [dump_id for dump_id, is_plain in zip(small, find_utf_8(list(small.values())), strict=True) if is_plain]
    if not ids:
        return CleanDumps(pl.DataFrame(schema=CARD_SCHEMA), pl.DataFrame(schema=SPAN_SCHEMA), [])
    table = make_line_table([raws[dump_id] for dump_id in ids])
    pages = find_pages(table)
    gaps, is_clean = find_gaps(table, pages, np.array([header is not None for header in pages.headers]))
    gaps = gaps[:, is_clean[table.dump[gaps[DATE]]]]
    tails = find_tails(table, pages, gaps, is_clean)
    cards, odd_gaps = take_cards(table, np.concatenate([gaps, tails], axis=1), pages)
    with_footer = frozenset(table.dump[gaps[DATE]].tolist())
    found = _Found(ids, table, pages, is_clean, gaps, cards, with_footer)
    odd = list(_read_odd_gaps(found, odd_gaps))
    frame, quarantine = _frame_cards(found, odd)
    return CleanDumps(frame, _frame_spans(found, odd), list(_describe_dumps(found, quarantine)))


def _is_of_short_lines(raw: bytes) -> bool:
    """Tell whether a dump has so many short lines that there is next to nothing to read."""
    lines = raw.count(b"\n")
    return lines > MAX_SHORT_LINES and len(raw) < SHORT_LINE_BYTES * lines


def _read_odd_gaps(found: _Found, gaps: Integers) -> Iterator[tuple[int, Card]]:
    """Read the cards of gaps that want thought."""
    table = found.table
    for floor, start, author, organization, date in gaps.T.tolist():
        number = int(table.dump[floor])
        lines = table.make_lines(floor, max(date + 1, start))
        above, below = lines[: start - floor], lines[start - floor :]
        footing, is_footerless = NO_FOOTING, date == NONE and number not in found.with_footer
        if date != NONE:
            texts = [None if line == NONE else lines[line - floor].text for line in (author, organization)]
            footing = Footing(below, Footer(start, date + 1, texts[0], texts[1], lines[-1].text), NO_TAIL)
        is_footerless = is_footerless and looks_footerless(lines)
        for card in read_gap(above, footing, LAYOUT, is_footerless=is_footerless):
            yield number, card


def _place_cards(found: _Found, odd: _OddCards) -> tuple[Integers, Integers, Integers]:
    """List dump, first byte and end of all cards: the clean ones, then the odd ones."""
    table, cards = found.table, found.cards
    dump = table.dump[cards[FLOOR]]
    base = table.bases[dump]
    last = np.where(cards[DATE] == NONE, cards[FLOOR] + 1, cards[DATE])
    sides = (dump, table.start[cards[FLOOR]] - base, table.end[last] - base)
    rest = np.array([(number, card.start, card.end) for number, card in odd], dtype=np.int64).reshape(-1, 3)
    dump, start, end = (np.concatenate([side, rest[:, column]]) for column, side in enumerate(sides))
    return dump, start, end


def _frame_cards(found: _Found, odd: _OddCards) -> tuple[pl.DataFrame, list[list[Quarantined]]]:
    """Frame the cards, numbered as they come in their dumps; odd ones that are no listing are listed by dump."""
    dump, start, end = _place_cards(found, odd)
    order = np.lexsort((start, dump))
    firsts = np.searchsorted(dump[order], np.arange(len(found.ids)))
    position = np.empty(len(dump), dtype=np.int64)
    position[order] = np.arange(len(dump)) - firsts[dump[order]]
    cards = found.cards
    count = cards.shape[1]
    view = found.table.view_texts
    nothing = pa.nulls(count, pa.string_view())
    is_cut = _find_cut_dates(found.table, cards[DATE])
    ends_of_lists = np.concatenate([[0], np.cumsum(is_cut)])
    problems = pa.array(["date_cut_possible"] * int(ends_of_lists[-1]), pa.large_string())
    clean = {
        "dump_id": pa.array(found.ids, pa.large_string()).take(pa.array(dump[:count])),
        "position": position[:count].astype(np.int32),
        "page_number": np.zeros(count, dtype=np.int32),
        "byte_start": start[:count],
        "byte_end": end[:count],
        "title": view(cards[FLOOR]),
        "abstract": view(cards[FLOOR] + 1),
        "author_line": view(cards[AUTHOR]),
        "organization_line": view(cards[ORGANIZATION]),
        "date_line": view(cards[DATE]),
        "submitted_by": nothing,
        "upvote_line": nothing,
        "byte_problems": pa.LargeListArray.from_arrays(ends_of_lists, problems),
    }
    rows: list[tuple[object, ...]] = []
    quarantine: list[list[Quarantined]] = [[] for _ in found.ids]
    for (number, card), place in zip(odd, position[count:].tolist(), strict=True):
        fault = find_fault(card)
        if fault is None:
            size = int(found.table.sizes[number])
            lacks_end = card.end == size and card.date_line is not None and can_be_cut(card.date_line)
            rows.append((found.ids[number], place, 0, *card[:-1], ["date_cut_possible"] if lacks_end else []))
        else:
            quarantine[number].append(Quarantined(card.start, card.end, 0, fault, None))
    frame = pl.DataFrame(pa.table(clean))
    odd_cards = pl.DataFrame(rows, schema=CARD_SCHEMA, orient="row")
    return (pl.concat([frame, odd_cards]) if rows else frame), quarantine


def _frame_spans(found: _Found, odd: _OddCards) -> pl.DataFrame:
    """Frame the header's lines, and the white space between all pieces."""
    table, pages = found.table, found.pages
    lines = np.arange(len(table.start))
    header = lines[(lines < pages.body[table.dump]) & found.is_clean[table.dump]]
    kinds = [
        kind
        for one, is_clean in zip(pages.headers, found.is_clean, strict=True)
        if one and is_clean
        for kind in one.kinds
    ]
    base = table.bases[table.dump[header]]
    chrome = (table.dump[header], table.start[header] - base, table.end[header] - base)
    dumps = np.flatnonzero(found.is_clean)
    edges = ((dumps, np.zeros_like(dumps)), (dumps, table.sizes[dumps]))
    pieces = (chrome, _place_cards(found, odd), *((number, edge, edge) for number, edge in edges))
    dump, start, end = (np.concatenate([piece[side] for piece in pieces]) for side in range(3))
    order = np.lexsort((end, start, dump))
    dump, start, end = dump[order], start[order], end[order]
    is_blank = (dump[1:] == dump[:-1]) & (start[1:] > end[:-1])
    blank = (dump[1:][is_blank], end[:-1][is_blank], start[1:][is_blank])
    dump, start, end = (np.concatenate(sides) for sides in zip(chrome, blank, strict=True))
    count = len(blank[0])
    return pl.DataFrame(
        {
            "dump_id": pa.array(found.ids, pa.large_string()).take(pa.array(dump)),
            "byte_start": start,
            "byte_end": end,
            "role": ["chrome"] * len(kinds) + ["blank"] * count,
            "kind": kinds + ["white_space"] * count,
        },
        schema=SPAN_SCHEMA,
    )


def _find_cut_dates(table: LineTable, date: Integers) -> Flags:
    """Tell which date lines are the end of their dump, and may lack their own."""
    is_last: Flags = (date != NONE) & (table.end[date] == (table.bases + table.sizes)[table.dump[date]])
    last = np.flatnonzero(is_last)
    places = zip(table.start[date[last]].tolist(), table.end[date[last]].tolist(), strict=True)
    is_last[last] = [can_be_cut(table.joined[start:end].decode()) for start, end in places]
    return is_last


def _describe_dumps(found: _Found, quarantine: list[list[Quarantined]]) -> Iterator[ParsedDump]:
    """Say of each clean dump what is no column."""
    has_body = found.pages.body < found.pages.stop
    for number, header in enumerate(found.pages.headers):
        if header is None or not found.is_clean[number]:
            continue
        yield ParsedDump(
            dump_id=found.ids[number],
            byte_count=int(found.table.sizes[number]),
            encoding="utf-8",
            status="read" if has_body[number] else "empty",
            reason=None,
            pages=[Page(0, name_layout(LAYOUT, has_footer=number in found.with_footer), header.date_line)],
            listings=[],
            quarantine=quarantine[number],
            spans=[],
        )
