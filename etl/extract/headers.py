"""Where the pages of a dump begin: runs of page furniture, ended by the page's day."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.layouts import ANCHORS, MAX_HEADER_LINE_LENGTH, is_cut_header_line, name_header_line
from etl.extract.lines import Kind
from etl.patterns import DATE_FORMS, MONTH_NAMES, RELATIVE_DATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.extract.lines import Line

MAX_UNKNOWN_HEADER_LINES: Final = 4
"""Longest run of unknown lines between two known ones that still counts as one header with something new in it."""

MAX_HEADER_LINES: Final = 64
"""No header is longer; the bound keeps the search linear on any input."""

_DAY_FORMS = tuple(re.compile(form) for form in (*DATE_FORMS.values(), RELATIVE_DATE))
_MONTHS = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTH_NAMES if name[3:]) + "|may|sept"
_SPAN = r"[ \t]*[-\u2013][ \t]*"
_PERIOD = re.compile(
    rf"^(?i:week[ \t]+[0-9]{{1,2}}(?:,?[ \t]+[0-9]{{4}})?|[0-9]{{4}}-w[0-9]{{2}}|(?:{_MONTHS})\.?,?[ \t]+[0-9]{{4}}"
    rf"|(?:{_MONTHS})\.?[ \t]+[0-9]{{1,2}}{_SPAN}(?:(?:{_MONTHS})\.?[ \t]+)?[0-9]{{1,2}}(?:,[ \t]*[0-9]{{4}})?)$"
)
"""``Week 43, 2025``, ``October 2025``, ``Oct 20 - Oct 26``: what weekly and monthly pages print for a day."""


class Header(NamedTuple):
    """A page's header: lines ``[start, stop)`` of the dump, the kind of each (None: unknown), and its date line."""

    start: int
    stop: int
    kinds: tuple[str | None, ...]
    date_line: str | None


def find_headers(lines: Sequence[Line]) -> list[Header]:
    """Find every page header of a dump, in order.

    A header is a run of known lines with at least one anchor, ended by the page's day when that is printed. Up to
    :data:`MAX_UNKNOWN_HEADER_LINES` unknown lines may stand between two known ones: they are reported as unknown,
    never read as a card. Without an anchor, known lines are a header where they can be nothing else.
    Source: docs/dump-format.md#header
    """
    names = [name_header_line(line.text) for line in lines]
    headers: list[Header] = []
    stop = 0
    for anchor in [index for index, name in enumerate(names) if name in ANCHORS]:
        if anchor < stop:
            continue
        for start in range(max(stop, anchor - MAX_HEADER_LINES + 1), anchor + 1):
            header = _read_header(lines, names, start) if names[start] is not None else None
            if header is not None:
                headers.append(header)
                stop = header.stop
                break
    return sorted([*headers, *_find_bare_headers(lines, names, headers)])


def _find_bare_headers(
    lines: Sequence[Line], names: Sequence[str | None], headers: Sequence[Header]
) -> Iterator[Header]:
    """Find headers that have lost their anchors: known lines and the page's day, at the top or behind a footer.

    At the top of a dump the first line may lack its beginning; and above cards with footers two known lines, or a
    heading, are enough, without a day.
    """
    taken = {index for header in headers for index in range(header.start, header.stop)}
    for day in range(1, len(lines)):
        if lines[day].kind is not Kind.DATE or names[day - 1] is None or not is_header_date(lines[day]):
            continue
        start = day - 1
        while start > 0 and names[start - 1] is not None and day - start < MAX_HEADER_LINES:
            start -= 1
        if (start == 0 or lines[start - 1].kind is Kind.DATE) and taken.isdisjoint(range(start, day + 1)):
            taken.update(range(start, day + 1))
            yield Header(start, day + 1, (*names[start:day], "header_date"), lines[day].text)
    count = next((index for index, name in enumerate(names) if name is None), len(names))
    is_cut = count == 0 and len(lines) > 1 and is_cut_header_line(lines[0].text)
    stop = max(count, int(is_cut))
    kinds = tuple(names[:stop])
    has_day = stop < len(lines) and is_header_date(lines[stop])
    is_told = len(set(kinds)) > 1 or any((kind or "").startswith("heading") for kind in kinds)
    is_told &= any(above.kind is Kind.DOT and line.kind is Kind.DATE for above, line in pairwise(lines))
    if stop and taken.isdisjoint(range(stop + 1)) and (has_day or is_told):
        yield Header(
            0, stop + has_day, (*kinds, *(["header_date"] if has_day else [])), lines[stop].text if has_day else None
        )


def is_header_date(line: Line) -> bool:
    """Tell whether a line is a page's day, week or month: without a number behind it."""
    if line.kind is Kind.DATE:
        return any(match["number"] is None for form in _DAY_FORMS if (match := form.match(line.text)))
    return len(line.text) <= MAX_HEADER_LINE_LENGTH and _PERIOD.match(line.text) is not None


def _read_header(lines: Sequence[Line], names: Sequence[str | None], start: int) -> Header | None:
    """Read the header whose first known line is ``start``; None if no anchor stands in it."""
    stop, seen = start, set[str]()
    for index in range(start, min(start + MAX_HEADER_LINES, len(lines))):
        name = names[index]
        is_repeated = name in seen and name != "navigation" and lines[index].text != lines[index - 1].text
        if is_repeated or index - stop > MAX_UNKNOWN_HEADER_LINES or len(lines[index].text) > MAX_HEADER_LINE_LENGTH:
            break
        if is_header_date(lines[index]) and seen & ANCHORS:
            break
        if name is not None:
            seen.add(name)
            stop = index + 1
    return _end_with_date(lines, names, start, stop) if seen & ANCHORS else None


def _end_with_date(lines: Sequence[Line], names: Sequence[str | None], start: int, stop: int) -> Header:
    """Let the header reach to its date line, if that follows at once or after a few unknown short lines."""
    for index in range(stop, min(stop + 1 + MAX_UNKNOWN_HEADER_LINES, len(lines))):
        line = lines[index]
        if is_header_date(line):
            header = Header(start, index + 1, (*names[start:index], "header_date"), line.text)
            return _take_names_below(lines, names, header)
        if line.kind is not Kind.TEXT or len(line.text) > MAX_HEADER_LINE_LENGTH:
            break
    return Header(start, stop, tuple(names[start:stop]), None)


def _take_names_below(lines: Sequence[Line], names: Sequence[str | None], header: Header) -> Header:
    """Let the header go on below its date over tabs and headings that stand there."""
    stop, kinds = header.stop, list(header.kinds)
    while stop < len(lines) and (names[stop] or "").startswith(("tab_", "heading")) and names[stop] not in kinds:
        kinds.append(names[stop])
        stop += 1
    return Header(header.start, stop, tuple(kinds), header.date_line)
