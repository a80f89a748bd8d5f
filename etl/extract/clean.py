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

from etl.extract.cards import NO_FOOTING, Card, Footer, Footing, looks_footerless, read_footer, read_gap
from etl.extract.edges import NO_TAIL
from etl.extract.headers import MAX_HEADER_LINES, find_headers
from etl.extract.layouts import LAYOUTS, MAX_HEADER_LINE_LENGTH, choose_layout, is_trailer_line
from etl.extract.line_table import find_utf_8, make_line_table
from etl.extract.lines import Kind, can_be_cut, is_organization
from etl.extract.looks import fits_abstract, fits_title
from etl.extract.parse import Page, ParsedDump, Quarantined, find_fault, name_layout
from etl.patterns import MAX_FOOTER_LINE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from etl.extract.headers import Header
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

_LAYOUT: Final = LAYOUTS[-1]
_SEARCHED_LINES: Final = MAX_HEADER_LINES + 8
_LONG_LINE: Final = 4 * MAX_HEADER_LINE_LENGTH
"""A line of more bytes ends every search for a header: it has more characters than any line of one."""

_LONG_LINE_OF_FOOTER: Final = 4 * MAX_FOOTER_LINE_LENGTH
"""A line of more bytes is longer than any line of a footer."""

# In bytes: no title of up to so many is too long, no abstract from so many on too short.
_SHORT_TITLE: Final = 200
_LONG_ABSTRACT: Final = 1000
_LETTERS: Final = np.isin(np.arange(256), np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "u1"))
_TITLE_ENDS: Final = np.isin(np.arange(256), np.frombuffer(b".,;:", "u1"))
_NONE: Final = -1


class CleanDumps(NamedTuple):
    """What was read of the dumps that are clean."""

    cards: pl.DataFrame
    spans: pl.DataFrame
    dumps: list[ParsedDump]
    """All that is no column: their ``listings`` and ``spans`` are left empty."""


class _Pages(NamedTuple):
    """The page of each dump: its header and, among the lines of all, where it begins, its body begins, and it ends."""

    headers: list[Header | None]
    first: Integers
    body: Integers
    stop: Integers


class _Found(NamedTuple):
    """All that was found before any card is put together; dumps, lines and gaps are known by their numbers."""

    ids: list[str]
    table: LineTable
    pages: _Pages
    is_clean: Flags
    gaps: Integers
    cards: Integers


_OddCards = list[tuple[int, Card]]
"""Cards that the parser read, each with the number of its dump."""


def read_clean_dumps(raws: Mapping[str, bytes]) -> CleanDumps:
    """Read the dumps that are clean, by their ids; decline the others.

    What is read is equal to what ``etl.extract.parse.parse_dump`` reads. Errors: none, on any bytes.
    """
    small = {dump_id: raw for dump_id, raw in raws.items() if len(raw) <= _LARGEST}
    ids = [dump_id for dump_id, is_plain in zip(small, find_utf_8(list(small.values())), strict=True) if is_plain]
    if not ids:
        return CleanDumps(pl.DataFrame(schema=CARD_SCHEMA), pl.DataFrame(schema=SPAN_SCHEMA), [])
    table = make_line_table([raws[dump_id] for dump_id in ids])
    pages = _find_pages(table)
    gaps, is_clean = _find_gaps(table, pages, np.array([header is not None for header in pages.headers]))
    gaps = gaps[:, is_clean[table.dump[gaps[_DATE]]]]
    tails = _find_tails(table, pages, gaps, is_clean)
    cards, odd_gaps = _take_cards(table, np.concatenate([gaps, tails], axis=1), pages)
    found = _Found(ids, table, pages, is_clean, gaps, cards)
    odd = list(_read_odd_gaps(found, odd_gaps))
    frame, quarantine = _frame_cards(found, odd)
    return CleanDumps(frame, _frame_spans(found, odd), list(_describe_dumps(found, quarantine)))


def _find_pages(table: LineTable) -> _Pages:
    """Find the one plain header of each dump, unless something says that the dump is not clean."""
    numbers = np.arange(len(table.sizes))
    first = np.searchsorted(table.dump, numbers)
    stop = np.searchsorted(table.dump, numbers, side="right")
    is_foreign = np.isin(table.kind, (Kind.NUMBER, Kind.SUBMITTER))
    odd = {*table.odd_dumps, *table.dump[is_foreign].tolist()}
    long_lines = np.flatnonzero(table.end - table.start > _LONG_LINE)
    ends = np.minimum(np.append(long_lines, len(table.start))[np.searchsorted(long_lines, first)] + 1, stop)
    headers = [
        _read_header(table, begin, end) if number not in odd and end - begin <= _SEARCHED_LINES else None
        for number, begin, end in zip(numbers.tolist(), first.tolist(), ends.tolist(), strict=True)
    ]
    body = first + np.array([header.stop if header else 0 for header in headers], dtype=np.int64)
    late = set(table.dump[table.is_anchor & (np.arange(len(table.start)) >= body[table.dump])].tolist())
    for number, last in enumerate(stop.tolist()):
        if number in late or (headers[number] and is_trailer_line(table.make_lines(last - 1, last)[0].text)):
            headers[number] = None
    return _Pages(headers, first, body, stop)


def _read_header(table: LineTable, first: int, stop: int) -> Header | None:
    """Read a header of known lines, of the layout that prints titles, abstracts and footers alone."""
    headers = find_headers(table.make_lines(first, stop))
    if len(headers) != 1 or headers[0].start > 0 or None in headers[0].kinds:
        return None
    return headers[0] if choose_layout(headers[0].kinds, has_votes=False) is _LAYOUT else None


_FLOOR, _START, _AUTHOR, _ORGANIZATION, _DATE = range(5)
"""The rows of a table of gaps: the line where a gap begins, the one where its footer does, and those of the footer.

In a table of cards a title begins the gap, and nothing but its abstract is in it; -1 stands for lines that are missing.
"""


def _find_gaps(table: LineTable, pages: _Pages, is_clean: Flags) -> tuple[Integers, Flags]:
    """Find every whole footer of the clean dumps; a dump with one that wants a second thought is not clean."""
    kind, dump = table.kind, table.dump
    date = 1 + np.flatnonzero((kind[1:] == Kind.DATE) & (kind[:-1] == Kind.DOT) & (dump[1:] == dump[:-1]))
    date = date[is_clean[dump[date]] & (date > pages.body[dump[date]])]
    floor = pages.body[dump[date]]
    floor[1:] = np.where(dump[date[1:]] == dump[date[:-1]], date[:-1] + 1, floor[1:])
    above, top = np.maximum(date - 2, 0), np.maximum(date - 3, 0)
    has_authors, has_above = kind[above] == Kind.AUTHORS, above >= floor
    is_apart = table.after_blank[above]
    names = ~has_authors & (kind[above] == Kind.TEXT) & ~table.after_blank[date - 1] & has_above
    both = has_authors & ~is_apart & (kind[top] == Kind.TEXT) & table.after_blank[top] & (top > floor)
    has_no_loose_name = (above - floor <= 2) | (table.end[top] - table.start[top] > _LONG_LINE_OF_FOOTER)  # noqa: PLR2004
    alone = has_authors & is_apart & has_above & has_no_loose_name
    names &= (top < floor) | (kind[top] != Kind.AUTHORS)
    names[names] = _are_organizations(table, above[names])
    both[both] = _are_organizations(table, top[both])
    gaps = np.stack(
        [
            floor,
            np.where(both, top, above),
            np.where(has_authors, above, _NONE),
            np.where(names, above, np.where(both, top, _NONE)),
            date,
        ]
    )
    for number in np.flatnonzero(~(alone | names | both)).tolist():
        found = _read_again(table, gaps[:, number].tolist())
        if found is None:
            is_clean[dump[date[number]]] = False
        else:
            gaps[:, number] = found
    return gaps, is_clean


def _are_organizations(table: LineTable, lines: Integers) -> list[bool]:
    places = zip(table.start[lines].tolist(), table.end[lines].tolist(), strict=True)
    return [is_organization(table.joined[start:end].decode()) for start, end in places]


def _read_again(table: LineTable, gap: Sequence[int]) -> tuple[int, ...] | None:
    """Read a footer as the parser does; None if it is not whole."""
    floor, date = gap[_FLOOR], gap[_DATE]
    lines = table.make_lines(floor, date + 1)
    footer = read_footer(lines, date - floor, 0)
    if footer is None:
        return None
    places = {line.kind: floor + number for number, line in enumerate(lines[: date - floor]) if number >= footer.start}
    return floor, floor + footer.start, places.get(Kind.AUTHORS, _NONE), places.get(Kind.TEXT, _NONE), date


def _find_tails(table: LineTable, pages: _Pages, gaps: Integers, is_clean: Flags) -> Integers:
    """Find what is below the last footer of each clean dump: gaps without a footer."""
    last = pages.body.copy()
    np.maximum.at(last, table.dump[gaps[_DATE]], gaps[_DATE] + 1)
    number = np.flatnonzero(is_clean & (last < pages.stop))
    nothing = np.full(len(number), _NONE)
    return np.stack([last[number], pages.stop[number], nothing, nothing, nothing])


def _take_cards(table: LineTable, gaps: Integers, pages: _Pages) -> tuple[Integers, Integers]:
    """Part gaps that are titles and one-line abstracts in turn, one card each then, from those that want thought.

    Beyond doubt is what ``etl.extract.segment`` takes without a second look.
    """
    floor, start = gaps[_FLOOR], gaps[_START]
    is_even = ((start - floor) % 2 == 0) & (start > floor)
    counts = np.where(is_even, (start - floor) // 2, 0)
    gap = np.repeat(np.arange(len(floor)), counts)
    place = np.arange(len(gap)) - np.repeat(np.cumsum(counts) - counts, counts)
    title = floor[gap] + 2 * place
    is_bare = (gaps[_DATE] == _NONE) & (floor == pages.body[table.dump[np.minimum(floor, len(table.dump) - 1)]])
    is_fit = _are_cards(table, title)
    below = np.flatnonzero(is_fit & ((place > 0) | is_bare[gap]))
    is_fit[below] = table.after_blank[title[below]] & _stand_apart(table, title[below], is_bare[gap[below]])
    is_even[gap[~is_fit]] = False
    cards = gaps[:, gap].copy()
    cards[_FLOOR], cards[_START] = title, title + 2
    cards[_AUTHOR:, cards[_START] < start[gap]] = _NONE
    return cards[:, is_even[gap]], gaps[:, ~is_even]


def _stand_apart(table: LineTable, titles: Integers, is_bare: Flags) -> Flags:
    """Tell which titles below abstracts have three words or more and, on pages with footers, no sign of a sentence."""
    places = zip(table.start[titles].tolist(), table.end[titles].tolist(), is_bare.tolist(), strict=True)
    texts = ((table.joined[start:end], bare) for start, end, bare in places)
    return np.array(
        [text.count(b" ") > 1 and (bare or not text.endswith(b"!")) for text, bare in texts], dtype=np.bool_
    )


def _are_cards(table: LineTable, title: Integers) -> Flags:
    """Tell where a title and a one-line abstract stand, as ``etl.extract.segment.is_clean_card``."""
    abstract = title + 1
    is_card: Flags = table.after_blank[abstract] & (table.kind[title] == Kind.TEXT)
    is_card &= table.kind[abstract] == Kind.TEXT
    data = np.frombuffer(table.joined, dtype=np.uint8)
    length = table.end - table.start
    fits = (
        (length[title] <= _SHORT_TITLE) & _LETTERS[data[table.start[title]]] & ~_TITLE_ENDS[data[table.end[title] - 1]]
    )
    for lines, are_fit, is_fit in (
        (title, fits, fits_title),
        (abstract, length[abstract] >= _LONG_ABSTRACT, fits_abstract),
    ):
        asked = np.flatnonzero(is_card & ~are_fit)
        places = zip(table.start[lines[asked]].tolist(), table.end[lines[asked]].tolist(), strict=True)
        is_card[asked] = [is_fit(table.joined[start:end].decode()) for start, end in places]
    return is_card


def _read_odd_gaps(found: _Found, gaps: Integers) -> Iterator[tuple[int, Card]]:
    """Read the cards of gaps that want thought."""
    table = found.table
    for floor, start, author, organization, date in gaps.T.tolist():
        number = int(table.dump[floor])
        lines = table.make_lines(floor, max(date + 1, start))
        above, below = lines[: start - floor], lines[start - floor :]
        footing, is_footerless = NO_FOOTING, date == _NONE and floor == found.pages.body[number]
        if date != _NONE:
            texts = [None if line == _NONE else lines[line - floor].text for line in (author, organization)]
            footing = Footing(below, Footer(start, date + 1, texts[0], texts[1], lines[-1].text), NO_TAIL)
        is_footerless = is_footerless and looks_footerless(lines)
        for card in read_gap(above, footing, _LAYOUT, is_footerless=is_footerless):
            yield number, card


def _place_cards(found: _Found, odd: _OddCards) -> tuple[Integers, Integers, Integers]:
    """List dump, first byte and end of all cards: the clean ones, then the odd ones."""
    table, cards = found.table, found.cards
    dump = table.dump[cards[_FLOOR]]
    base = table.bases[dump]
    last = np.where(cards[_DATE] == _NONE, cards[_FLOOR] + 1, cards[_DATE])
    sides = (dump, table.start[cards[_FLOOR]] - base, table.end[last] - base)
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
    is_cut = _find_cut_dates(found.table, cards[_DATE])
    ends_of_lists = np.concatenate([[0], np.cumsum(is_cut)])
    problems = pa.array(["date_cut_possible"] * int(ends_of_lists[-1]), pa.large_string())
    clean = {
        "dump_id": pa.array(found.ids, pa.large_string()).take(pa.array(dump[:count])),
        "position": position[:count].astype(np.int32),
        "page_number": np.zeros(count, dtype=np.int32),
        "byte_start": start[:count],
        "byte_end": end[:count],
        "title": view(cards[_FLOOR]),
        "abstract": view(cards[_FLOOR] + 1),
        "author_line": view(cards[_AUTHOR]),
        "organization_line": view(cards[_ORGANIZATION]),
        "date_line": view(cards[_DATE]),
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
    is_last: Flags = (date != _NONE) & (table.end[date] == (table.bases + table.sizes)[table.dump[date]])
    last = np.flatnonzero(is_last)
    places = zip(table.start[date[last]].tolist(), table.end[date[last]].tolist(), strict=True)
    is_last[last] = [can_be_cut(table.joined[start:end].decode()) for start, end in places]
    return is_last


def _describe_dumps(found: _Found, quarantine: list[list[Quarantined]]) -> Iterator[ParsedDump]:
    """Say of each clean dump what is no column."""
    with_footer = set(found.table.dump[found.gaps[_DATE]].tolist())
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
            pages=[Page(0, name_layout(_LAYOUT, has_footer=number in with_footer), header.date_line)],
            listings=[],
            quarantine=quarantine[number],
            spans=[],
        )
