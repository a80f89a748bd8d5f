"""Where clean pages and their cards are, by the numbers of their lines: one header, whole footers, and gaps between.

Works on the lines of many dumps at once (``etl.extract.line_table``); what they say is read in ``etl.extract.clean``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from etl.extract.cards import read_footer
from etl.extract.headers import MAX_HEADER_LINES, find_headers
from etl.extract.layouts import LAYOUTS, MAX_HEADER_LINE_LENGTH, choose_layout, is_trailer_line
from etl.extract.lines import LONGEST_HEADING, Kind, is_organization
from etl.extract.looks import TORN_LENGTH, fits_abstract, fits_title
from etl.extract.segment import cut_at_settled_cards
from etl.patterns import MAX_FOOTER_LINE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.extract.headers import Header
    from etl.extract.line_table import Flags, Integers, LineTable

LAYOUT: Final = LAYOUTS[-1]
_SEARCHED_LINES: Final = MAX_HEADER_LINES + 8
_LONG_LINE: Final = 4 * MAX_HEADER_LINE_LENGTH
"""A line of more bytes ends every search for a header: it has more characters than any line of one."""

_LONG_LINE_OF_FOOTER: Final = 4 * MAX_FOOTER_LINE_LENGTH
"""A line of more bytes is longer than any line of a footer."""

# In bytes: no title of up to so many is too long, and all of more are; no abstract from so many on is too short.
_SHORT_TITLE: Final = 200
_COLON: Final = ord(":")
_LONGEST_TITLE: Final = 4 * _SHORT_TITLE
_LONG_ABSTRACT: Final = 1000
_LETTERS: Final = np.isin(np.arange(256), np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "u1"))
_TITLE_ENDS: Final = np.isin(np.arange(256), np.frombuffer(b".,;:", "u1"))
NONE: Final = -1

FLOOR, START, AUTHOR, ORGANIZATION, DATE = range(5)
"""The rows of a table of gaps: the line where a gap begins, the one where its footer does, and those of the footer.

In a table of cards a title begins the gap, and nothing but its abstract is in it; -1 stands for lines that are missing.
"""


class Pages(NamedTuple):
    """The page of each dump: its header and, among the lines of all, where it begins, its body begins, and it ends."""

    headers: list[Header | None]
    first: Integers
    body: Integers
    stop: Integers


def find_pages(table: LineTable) -> Pages:
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
    is_day = (table.kind == Kind.DATE) & np.append(True, table.kind[:-1] != Kind.DOT)
    is_late = (table.is_anchor | is_day) & (np.arange(len(table.start)) >= body[table.dump])
    late = set(table.dump[is_late].tolist())
    for number, last in enumerate(stop.tolist()):
        if number in late or (headers[number] and is_trailer_line(table.make_lines(last - 1, last)[0].text)):
            headers[number] = None
    return Pages(headers, first, body, stop)


def _read_header(table: LineTable, first: int, stop: int) -> Header | None:
    """Read a header of known lines, of the layout that prints titles, abstracts and footers alone."""
    headers = find_headers(table.make_lines(first, stop))
    if len(headers) != 1 or headers[0].start > 0 or None in headers[0].kinds:
        return None
    return headers[0] if choose_layout(headers[0].kinds, has_votes=False) is LAYOUT else None


def find_gaps(table: LineTable, pages: Pages, is_clean: Flags) -> tuple[Integers, Flags]:
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
            np.where(has_authors, above, NONE),
            np.where(names, above, np.where(both, top, NONE)),
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
    floor, date = gap[FLOOR], gap[DATE]
    lines = table.make_lines(floor, date + 1)
    footer = read_footer(lines, date - floor, 0)
    if footer is None:
        return None
    places = {line.kind: floor + number for number, line in enumerate(lines[: date - floor]) if number >= footer.start}
    return floor, floor + footer.start, places.get(Kind.AUTHORS, NONE), places.get(Kind.TEXT, NONE), date


def find_tails(table: LineTable, pages: Pages, gaps: Integers, is_clean: Flags) -> Integers:
    """Find what is below the last footer of each clean dump: gaps without a footer."""
    last = pages.body.copy()
    np.maximum.at(last, table.dump[gaps[DATE]], gaps[DATE] + 1)
    number = np.flatnonzero(is_clean & (last < pages.stop))
    nothing = np.full(len(number), NONE)
    return np.stack([last[number], pages.stop[number], nothing, nothing, nothing])


def take_cards(table: LineTable, gaps: Integers, pages: Pages) -> tuple[Integers, Integers]:
    """Part gaps that are titles and one-line abstracts in turn, one card each then, from those that want thought.

    Beyond doubt is what ``etl.extract.segment`` takes without a second look.
    """
    floor, start = gaps[FLOOR], gaps[START]
    is_even = ((start - floor) % 2 == 0) & (start > floor)
    counts = np.where(is_even, (start - floor) // 2, 0)
    gap = np.repeat(np.arange(len(floor)), counts)
    place = np.arange(len(gap)) - np.repeat(np.cumsum(counts) - counts, counts)
    title = floor[gap] + 2 * place
    is_bare = (gaps[DATE] == NONE) & (floor == pages.body[table.dump[np.minimum(floor, len(table.dump) - 1)]])
    is_fit = _are_cards(table, title)
    below = np.flatnonzero(is_fit & ((place > 0) | is_bare[gap]))
    is_fit[below] = table.after_blank[title[below]] & _stand_apart(table, title[below], is_bare[gap[below]])
    is_even[gap[~is_fit]] = False
    cards = gaps[:, gap].copy()
    cards[FLOOR], cards[START] = title, title + 2
    cards[AUTHOR:, cards[START] < start[gap]] = NONE
    is_footerless = ~is_even & _lack_footers(table, gaps, pages)
    more, rest = _cut_at_clean_cards(table, gaps[:, is_footerless])
    odd = gaps[:, ~is_even & ~is_footerless]
    return np.concatenate([cards[:, is_even[gap]], more], axis=1), np.concatenate([odd, rest], axis=1)


def _lack_footers(table: LineTable, gaps: Integers, pages: Pages) -> Flags:
    """Tell which gaps are whole pages that print no footers at all."""
    authors = np.append(0, np.cumsum(table.kind == Kind.AUTHORS))
    is_body: Flags = (gaps[DATE] == NONE) & (gaps[FLOOR] == pages.body[table.dump[gaps[FLOOR]]])
    is_body &= authors[gaps[START]] == authors[gaps[FLOOR]]
    return is_body


def _cut_at_clean_cards(table: LineTable, gaps: Integers) -> tuple[Integers, Integers]:
    """Cut pages without footers into cards beyond doubt and gaps that want thought, as ``etl.extract.segment`` does.

    Where the first line of such a gap can be a piece of a footer, and so of the card above, the page stays whole.
    """
    cards, odd = [np.empty((5, 0), dtype=np.int64)], [np.empty((5, 0), dtype=np.int64)]
    edges_of_gaps = gaps[[FLOOR, START]].T.tolist()
    titles = np.concatenate([np.arange(0), *(np.arange(floor, stop - 1) for floor, stop in edges_of_gaps)])
    titles = titles[table.after_blank[titles]]
    titles = titles[_are_cards(table, titles)]
    titles = titles[_stand_apart(table, titles, np.ones(len(titles), dtype=np.bool_))]
    is_clean = np.zeros(len(table.start), dtype=np.bool_)
    is_clean[titles] = True
    for number, (floor, stop) in enumerate(edges_of_gaps):
        stretches = [
            (floor + start, floor + end, is_settled)
            for start, end, is_settled in cut_at_settled_cards(is_clean[floor:stop].tolist())
        ]
        if any(not settled and start > floor and _can_be_torn(table, start) for start, _, settled in stretches):
            odd.append(gaps[:, number : number + 1])
            continue
        for start, end, is_settled in stretches:
            edges = np.arange(start, end + 1, 2) if is_settled else np.array([start, end])
            nothing = np.full(len(edges) - 1, NONE)
            (cards if is_settled else odd).append(np.stack([edges[:-1], edges[1:], nothing, nothing, nothing]))
    return np.concatenate(cards, axis=1), np.concatenate(odd, axis=1)


def _can_be_torn(table: LineTable, line: int) -> bool:
    return table.kind[line] != Kind.TEXT or len(table.make_lines(line, line + 1)[0].text) <= TORN_LENGTH


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
    is_card &= (table.end - table.start)[title] <= _LONGEST_TITLE
    data = np.frombuffer(table.joined, dtype=np.uint8)
    length = table.end - table.start
    colons = np.flatnonzero(data == _COLON)
    has_colon = np.searchsorted(colons, table.start[title]) < np.searchsorted(colons, table.end[title])
    fits = (length[title] <= _SHORT_TITLE) & (length[title] > LONGEST_HEADING) & ~has_colon
    fits &= _LETTERS[data[table.start[title]]] & ~_TITLE_ENDS[data[table.end[title] - 1]]
    for lines, are_fit, is_fit in (
        (title, fits, fits_title),
        (abstract, length[abstract] >= _LONG_ABSTRACT, fits_abstract),
    ):
        asked = np.flatnonzero(is_card & ~are_fit)
        places = zip(table.start[lines[asked]].tolist(), table.end[lines[asked]].tolist(), strict=True)
        is_card[asked] = [is_fit(table.joined[start:end].decode()) for start, end in places]
    return is_card
