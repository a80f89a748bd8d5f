from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.extract.cards import MAX_SHORT_LINES
from etl.extract.parse import identify_dump, parse_dump
from tests.etl.extract.ledger import list_faults
from tests.hostile.bases import read_bases, write_bases
from tests.hostile.cases import FENCE, ROBOTS, SHEEP, write
from tests.mutations import Truth, mutate
from tests.strategies import LAYOUTS, STYLES, Card, Style, dumps, render, tangles

if TYPE_CHECKING:
    from pathlib import Path

CODECS = ("utf-8", "utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "windows-1252", "utf-32")
BASES = write_bases()


@given(st.binary(max_size=400))
@example(b"\xff\xfe\n")
@example(b"\xfe\xff\xd8")
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"\r\n\r\r\n\n")
@example(b"\0\n\0")
def test_any_bytes_are_parsed_and_tiled(raw: bytes):
    assert list_faults(raw, parse_dump(raw)) == []


@settings(max_examples=300)
@given(tangles(), st.sampled_from(CODECS))
def test_any_mixture_of_telling_lines_is_parsed_and_tiled(text: str, codec: str):
    raw = text.encode(codec, "replace")
    assert list_faults(raw, parse_dump(raw)) == []


@settings(max_examples=150)
@given(st.sampled_from(BASES), st.integers(0, 2**32))
def test_any_damaged_page_is_parsed_and_tiled(base: object, seed: int):
    mutant = mutate([base], Random(seed))  # noqa: S311 - no secret
    assert list_faults(mutant.raw, parse_dump(mutant.raw)) == []


@given(tangles())
def test_parsing_twice_gives_the_same(text: str):
    raw = text.encode()
    assert parse_dump(raw) == parse_dump(bytes(bytearray(raw)))


@given(tangles())
def test_dumps_are_known_by_their_bytes_alone(text: str):
    raw = text.encode()
    dump = parse_dump(raw)
    assert (dump.dump_id, dump.byte_count) == (identify_dump(raw), len(raw))
    assert re.fullmatch("[0-9a-f]{32}", dump.dump_id)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: "_".join(map(repr, style)))
@settings(max_examples=25)
@given(data=st.data())
def test_what_was_rendered_is_read_back(style: Style, data: st.DataObject):
    pages = data.draw(dumps(style))
    raw, places = render(pages, style)
    dump = parse_dump(raw)
    cards = [card for page in pages for card in page.cards]
    assert [listing.card[:-1] for listing in dump.listings] == [
        (*place, card.title, "\n\n".join(card.abstract), *card[2:]) for place, card in zip(places, cards, strict=True)
    ]
    assert [(page.layout, page.header_date_line) for page in dump.pages] == [
        (LAYOUTS[page.header], page.header_date) for page in pages
    ]
    assert (dump.status, dump.encoding, dump.quarantine) == ("read", style.codec, [])
    assert [listing.position for listing in dump.listings] == list(range(len(cards)))
    assert list_faults(raw, dump) == []


@pytest.mark.parametrize("last", [SHEEP, ROBOTS, FENCE], ids=("authors", "organization", "both"))
@pytest.mark.parametrize("style", [STYLES[0], STYLES[1], STYLES[4], STYLES[5]], ids=("lf", "crlf", "wrapped", "utf_16"))
def test_a_dump_cut_anywhere_in_its_last_card_keeps_the_others(last: Card, style: Style):
    first, second = FENCE._replace(title="A First Card to Be Kept"), ROBOTS._replace(title="A Second Card to Be Kept")
    whole = write(first, second, last, style=style)
    kept = parse_dump(whole).listings[:2]
    start, end = parse_dump(whole).listings[2].card[:2]
    for cut in range(start, end):
        dump = parse_dump(whole[:cut])
        assert dump.listings[:2] == kept, cut
        assert len(dump.listings) + len(dump.quarantine) <= 3, cut
        is_whole_unit = cut % len("\n".encode(style.codec)) == 0
        for listing in dump.listings[2:] if is_whole_unit else []:
            title, abstract, *lines = (piece and piece.rstrip("\ufffd\n ") for piece in listing.card[2:7])
            assert last.title.startswith(title), cut
            assert last.abstract[0].startswith(abstract or ""), cut
            assert all(whole.startswith(piece or "") for whole, piece in zip(last[2:5], lines, strict=True) if whole), (
                cut
            )
            assert not any(piece for whole, piece in zip(last[2:5], lines, strict=True) if whole is None), cut
        assert list_faults(whole[:cut], dump) == []


@pytest.mark.parametrize("cards", [(SHEEP, ROBOTS, FENCE), (SHEEP._replace(author_line=None, date_line=None), ROBOTS)])
def test_a_dump_that_lost_its_beginning_keeps_the_cards_behind_the_cut(cards: tuple[Card, ...]):
    raw, places = render_cards(cards)
    for cut in range(places[0][1]):
        dump = parse_dump(raw[cut:])
        titles = [listing.card.title for listing in dump.listings]
        assert titles[-len(cards) + 1 :] == [card.title for card in cards[1:]], cut
        assert list_faults(raw[cut:], dump) == []


def render_cards(cards: tuple[Card, ...]) -> tuple[bytes, list[tuple[int, int]]]:
    raw = write(*cards)
    return raw, [listing.card[:2] for listing in parse_dump(raw).listings]


def test_the_dumps_at_hand_are_read_as_an_independent_reader_does(shared_dumps: Path):
    for base in read_bases(shared_dumps):
        dump = parse_dump(base.raw)
        assert tuple(Truth(*listing.card[:7]) for listing in dump.listings) == base.truths, base.name
        assert dump.quarantine == []
        assert list_faults(base.raw, dump) == []


def test_the_renderer_never_imports_the_parser(repo_root: Path):
    for name in ("strategies.py", "mutations.py", "hostile/bases.py"):
        text = (repo_root / "tests" / name).read_text(encoding="utf-8")
        assert not re.search(r"^\s*(?:from|import) etl", text, re.MULTILINE), name


@pytest.mark.parametrize("line", ["a", "7", "·", "Submitted by x"])
def test_very_many_short_lines_are_no_cards_and_spoil_no_neighbours(line: str):
    sheep, robots = (write(card).partition(b"Oct 29")[2] for card in (SHEEP, ROBOTS))
    raw = write(FENCE) + f"\n\n{line}".encode() * (2 * MAX_SHORT_LINES) + b"\n\n" + sheep + robots
    dump = parse_dump(raw)
    assert list_faults(raw, dump) == []
    titles = [listing.card.title for listing in dump.listings]
    assert titles[:1] + titles[-1:] == [FENCE.title, ROBOTS.title]
    assert max(found.end - found.start for found in dump.quarantine) > MAX_SHORT_LINES
