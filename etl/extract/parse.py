"""One dump, whole: its pages, its cards, what could not be read, and one role for every byte."""

from __future__ import annotations

import hashlib
import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.extract.cards import Card, find_footers, read_cards
from etl.extract.decode import count_bytes, detect_encoding, is_doubly_decoded
from etl.extract.edges import looks_voted
from etl.extract.headers import Header, find_headers
from etl.extract.layouts import choose_layout, is_trailer_line
from etl.extract.lines import Kind, can_be_cut
from etl.extract.split import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from etl.extract.decode import Encoding
    from etl.extract.layouts import Layout
    from etl.extract.lines import Line


_SHOWN_RUNS: Final = 24
_RUNS: Final = re.compile(r"\s+|\S+")


class Page(NamedTuple):
    """A page of a dump."""

    page_number: int
    layout: str
    header_date_line: str | None


class Listing(NamedTuple):
    """A card that has a title, and an abstract or a footer; ``problems`` are codes that only the bytes can tell."""

    position: int
    page_number: int
    card: Card
    problems: tuple[str, ...]


class Quarantined(NamedTuple):
    """Bytes ``[start, end)`` that are not a listing, and why."""

    start: int
    end: int
    page_number: int | None
    reason: str
    detail: str | None


class Span(NamedTuple):
    """Bytes ``[start, end)`` of page furniture (``chrome``) or white space (``blank``)."""

    start: int
    end: int
    role: str
    kind: str


class ParsedDump(NamedTuple):
    """All that was read from one dump. Listings, quarantine and spans tile its bytes."""

    dump_id: str
    byte_count: int
    encoding: str | None
    status: str
    reason: str | None
    pages: list[Page]
    listings: list[Listing]
    quarantine: list[Quarantined]
    spans: list[Span]


def identify_dump(raw: bytes) -> str:
    """Make a dump's id: the first 32 hex digits of the SHA-256 of its bytes."""
    return hashlib.sha256(raw).hexdigest()[:32]


def parse_dump(raw: bytes, dump_id: str | None = None) -> ParsedDump:
    r"""Read one dump: pure, and never fails on any bytes. ``dump_id`` is its id, where that is known.

    Errors: none; a dump that is no listing page has status ``rejected`` and is one quarantined span.
    Source: docs/dump-format.md

    >>> page = "byAK and the research community\nMay 3\n\nA title\n\nText.\n\n • 2 authors\n·\nMay 1"
    >>> dump = parse_dump(page.encode())
    >>> dump.status, dump.pages[0].header_date_line, dump.listings[0].card.title
    ('read', 'May 3', 'A title')
    """
    dump_id = dump_id or identify_dump(raw)
    encoding = detect_encoding(raw)
    if encoding is None:
        return _reject(dump_id, raw, "not_text", "more than a tenth of the bytes are control characters")
    lines = split_lines(raw, encoding)
    headers = find_headers(lines)
    if lines and not headers and next(find_footers(lines), None) is None:
        return _reject(
            dump_id, raw, "layout_unknown", f"no known header and no footer; its lines are {_fingerprint(lines)}"
        )
    pages, cards, quarantine, chrome = _read_pages(lines, headers)
    listings = [Listing(*card, _find_problems(card[-1], raw, encoding)) for card in cards]
    pieces: list[Card | Quarantined | Span] = [*(listing.card for listing in listings), *quarantine, *chrome]
    taken = [(piece.start, piece.end) for piece in pieces]
    blanks, scraps = _part_blanks(raw, encoding, _find_blanks(len(raw), encoding, taken))
    if scraps and not lines:
        return _reject(dump_id, raw, "layout_unknown", "it has nothing but signs that take no room")
    return ParsedDump(
        dump_id=dump_id,
        byte_count=len(raw),
        encoding=encoding.codec,
        status="read" if listings or quarantine else "empty",
        reason=None,
        pages=pages,
        listings=listings,
        quarantine=sorted([*quarantine, *scraps]) if scraps else quarantine,
        spans=sorted([*chrome, *blanks]),
    )


def _read_pages(
    lines: Sequence[Line], headers: Sequence[Header]
) -> tuple[list[Page], list[tuple[int, int, Card]], list[Quarantined], list[Span]]:
    pages: list[Page] = []
    listings: list[tuple[int, int, Card]] = []
    quarantine: list[Quarantined] = []
    chrome: list[Span] = []
    positions = itertools.count()
    for header, whole_body in _cut_pages(lines, headers):
        number = len(pages)
        body, trailer = _cut_trailer(whole_body)
        footers = list(find_footers(body))
        has_footer = bool(footers)
        if header is None and not has_footer:  # something above the first header: named, never read as cards
            quarantine.extend(_quarantine_unknown(whole_body, number))
            continue
        chrome.extend(Span(line.start, line.end, "chrome", "trailer") for line in trailer)
        if header is not None:
            for line, kind in zip(lines[header.start : header.stop], header.kinds, strict=True):
                if kind is None:
                    quarantine.extend(_quarantine_unknown([line], number))
                else:
                    chrome.append(Span(line.start, line.end, "chrome", kind))
        has_submitters = any(line.kind is Kind.SUBMITTER for line in body)
        has_votes = has_submitters or looks_voted(body, [0, *(footer.stop for footer in footers)])
        layout = choose_layout(header.kinds if header else (), has_votes=has_votes)
        name = name_layout(layout, has_footer=has_footer)
        pages.append(Page(number, name, header.date_line if header else None))
        for card in read_cards(body, layout):
            position = next(positions)
            reason = find_fault(card)
            if reason is None:
                listings.append((position, number, card))
            else:
                quarantine.append(Quarantined(card.start, card.end, number, reason, None))
    return pages, listings, quarantine, chrome


def name_layout(layout: Layout, *, has_footer: bool) -> str:
    """Name a page's layout: the daily one has another name where it prints no footers."""
    return layout.name if has_footer or layout.name != "daily_papers" else "daily_papers_plain"


def _cut_trailer(lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
    """Part a page's lines from the page furniture below its last card."""
    stop = len(lines)
    while stop > 0 and is_trailer_line(lines[stop - 1].text):
        stop -= 1
    return lines[:stop], lines[stop:]


def _cut_pages(lines: Sequence[Line], headers: Sequence[Header]) -> Iterator[tuple[Header | None, Sequence[Line]]]:
    """Pair each header with the lines below it; lines above the first header come first, without one."""
    first = headers[0].start if headers else len(lines)
    if first > 0:
        yield None, lines[:first]
    for number, header in enumerate(headers, start=1):
        stop = headers[number].start if number < len(headers) else len(lines)
        yield header, lines[header.stop : stop]


def find_fault(card: Card) -> str | None:
    """Tell why a card is no listing, or None."""
    if card.title is None:
        return "card_without_title"
    if not (card.abstract or card.author_line or card.organization_line or card.date_line):
        return "card_incomplete"
    return None


def _find_problems(card: Card, raw: bytes, encoding: Encoding) -> tuple[str, ...]:
    """Tell what is wrong with a card's text beyond what its pieces say."""
    texts = [piece for piece in card[2:-1] if piece]
    problems = [*card.unread]
    if card.end == len(raw) and may_lack_its_end(card, raw, encoding.codec):
        problems.append("date_cut_possible")
    if any("\ufffd" in text for text in texts):
        try:
            raw[card.start : card.end].decode(encoding.codec)
        except UnicodeDecodeError:
            problems.append("undecodable_bytes")
    if any(is_doubly_decoded(text) for text in texts):
        problems.append("doubly_decoded")
    return tuple(sorted(problems))


def may_lack_its_end(card: Card, raw: bytes, codec: str) -> bool:
    """Tell whether the last card of a dump ends with a date line whose own end may have been cut off."""
    line = card.date_line
    return line is not None and can_be_cut(line) and raw[card.start : card.end].decode(codec, "replace").endswith(line)


def _quarantine_unknown(lines: Iterable[Line], page_number: int) -> Iterator[Quarantined]:
    for line in lines:
        yield Quarantined(line.start, line.end, page_number, "header_unknown", line.text[:200])


def _find_blanks(byte_count: int, encoding: Encoding, taken: Iterable[tuple[int, int]]) -> Iterator[Span]:
    """Fill what is left between the pieces: a byte-order mark, and white space."""
    position = encoding.mark_length
    if position:
        yield Span(0, position, "blank", "byte_order_mark")
    for start, end in (*sorted(taken), (byte_count, byte_count)):
        if start > position:
            yield Span(position, start, "blank", "white_space")
        position = end


def _part_blanks(raw: bytes, encoding: Encoding, gaps: Iterable[Span]) -> tuple[list[Span], list[Quarantined]]:
    """Part what lies between the pieces: white space, and signs that take no room on a page but are none."""
    blanks: list[Span] = []
    scraps: list[Quarantined] = []
    for gap in gaps:
        piece = raw[gap.start : gap.end]
        text = "" if piece.isspace() or gap.kind != "white_space" else piece.decode(encoding.codec, "replace")
        if not text or text.isspace():
            blanks.append(gap)
            continue
        start = gap.start
        for run in _RUNS.findall(text):
            end = start + count_bytes(run, encoding.codec)
            if run.isspace():
                blanks.append(gap._replace(start=start, end=end))
            else:
                scraps.append(Quarantined(start, end, None, "card_incomplete", None))
            start = end
    return blanks, scraps


def _reject(dump_id: str, raw: bytes, reason: str, detail: str) -> ParsedDump:
    whole = Quarantined(0, len(raw), None, "dump_rejected", f"{reason}: {detail}")
    return ParsedDump(dump_id, len(raw), None, "rejected", reason, [], [], [whole], [])


def _fingerprint(lines: Sequence[Line]) -> str:
    """Show a page's shape: the kinds of its first lines, repeated ones counted."""
    runs = [(kind.name.lower(), len(list(run))) for kind, run in itertools.groupby(line.kind for line in lines)]
    shown = [kind if count == 1 else f"{kind} x{count}" for kind, count in runs[:_SHOWN_RUNS]]
    return ", ".join([*shown, *(["..."] if len(runs) > _SHOWN_RUNS else [])])
