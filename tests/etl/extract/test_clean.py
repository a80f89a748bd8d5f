"""The fast path reads just what the parser reads, or declines."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.extract import clean
from etl.extract.clean import CARD_SCHEMA, CleanDumps, read_clean_dumps
from etl.extract.parse import identify_dump, parse_dump
from etl.transform.cards import PRINTED_CARD_SCHEMA
from tests.etl.extract.ledger import count_calls
from tests.hostile import cards, damage, encodings, footers, headers, strangers
from tests.hostile.bases import read_bases, write_bases
from tests.hostile.cases import FENCE, ROBOTS, SHEEP, THREE, replace, write
from tests.mutations import mutate
from tests.strategies import PLAIN_STYLE, dumps, render, tangles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CORPUS = [case.raw for module in (encodings, cards, footers, headers, damage, strangers) for case in module.CASES]
BASES = write_bases()


def read(raws: Sequence[bytes]) -> CleanDumps:
    """Read dumps on the fast path, and compare what it takes with what the parser makes of it, row by row."""
    by_id = {identify_dump(raw): raw for raw in raws}
    taken = read_clean_dumps(by_id)
    parsed = [parse_dump(by_id[dump.dump_id]) for dump in taken.dumps]
    assert sorted(taken.cards.rows()) == sorted(
        (dump.dump_id, one.position, one.page_number, *one.card[:-1], list(one.problems))
        for dump in parsed
        for one in dump.listings
    )
    assert sorted(taken.spans.rows()) == sorted((dump.dump_id, *span) for dump in parsed for span in dump.spans)
    assert taken.dumps == [dump._replace(listings=[], spans=[]) for dump in parsed]
    return taken


def test_clean_pages_take_the_fast_path():
    assert len(read([THREE, write(SHEEP, ROBOTS)]).dumps) == 2


def test_real_and_rendered_dumps_all_take_the_fast_path(shared_dumps: Path):
    raws = [path.read_bytes() for path in sorted(shared_dumps.glob("*/*.txt"))]
    assert len(read(raws).dumps) == len(raws)


def test_the_sample_takes_the_fast_path(repo_root: Path):
    raws = [path.read_bytes() for path in sorted((repo_root / "warehouse" / "landing").glob("*.txt"))]
    assert len(read(raws).dumps) == len(raws)


def test_a_clean_page_costs_no_call_for_each_card():
    def count(number: int) -> int:
        cards = [SHEEP._replace(title=f"Counting Sheep, for the Time {place}") for place in range(number)]
        raws = {"0" * 32: write(*cards)}
        read_clean_dumps(raws)
        return count_calls(lambda: read_clean_dumps(raws))

    few, many = count(100), count(200)
    assert many - few < 100 * 20


@pytest.mark.parametrize("size", [1, 40])
def test_hostile_dumps_are_read_as_by_the_parser_or_declined(size: int):
    taken = [len(read(CORPUS[start : start + size]).dumps) for start in range(0, len(CORPUS), size)]
    assert len(CORPUS) // 4 < sum(taken) < len(CORPUS)


@settings(max_examples=100)
@given(st.lists(dumps(), min_size=1, max_size=4))
def test_any_rendered_pages_are_read_as_by_the_parser_or_declined(drawn: list[tuple[object, ...]]):
    read([render(pages, PLAIN_STYLE).raw for pages in drawn])


FOOTERLESS = (
    *(f"{card.title}\n\n{card.abstract[0]}" for card in (SHEEP, ROBOTS, FENCE)),
    *("A Title of Its Own", "Two Words", "May 1", "·", "3 authors!", "- an item", "Is this one?", "So it ends here."),
    "A paragraph of a few words that goes on for a while, longer than titles are, and ends with a full stop. " * 3,
)


@settings(max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(FOOTERLESS), st.sampled_from(["\n", "\n\n"])), max_size=14))
def test_any_page_without_footers_is_read_as_by_the_parser_or_declined(blocks: list[tuple[str, str]]):
    read([write() + "".join(f"{block}{end}" for block, end in blocks).encode()])


def test_an_odd_card_of_a_page_without_footers_costs_no_call_for_the_others():
    def count(number: int) -> int:
        raw = write() + "\n\n".join([*(FOOTERLESS[place % 3] for place in range(number)), "Odd"]).encode()
        read_clean_dumps({"0" * 32: raw})
        return count_calls(lambda: read_clean_dumps({"0" * 32: raw}))

    few, many = count(60), count(120)
    assert many - few < 60 * 20


@settings(max_examples=300)
@given(st.lists(tangles(), min_size=1, max_size=3))
@example(["byAK and the research community\n•\nMay 2\n"])
def test_any_mixture_of_telling_lines_is_read_as_by_the_parser_or_declined(texts: list[str]):
    read(
        [(write(SHEEP).decode() + text).encode("utf-8", "replace") for text in texts]
        + [text.encode() for text in texts]
    )


def test_damaged_dumps_are_read_as_by_the_parser_or_declined(shared_dumps: Path):
    bases = [*BASES, *read_bases(shared_dumps)]
    for number in range(10):
        rng = Random(f"fast {number}")  # noqa: S311 - no secret
        read([mutate(bases, rng).raw for _ in range(30)])


@given(st.lists(st.binary(max_size=60), max_size=4))
@example([b""])
@example([b"\n", b" "])
@example([b"\xc2\xb7", b"\xb7"])
def test_any_bytes_are_read_as_by_the_parser_or_declined(raws: list[bytes]):
    read(raws)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What the Fence Saw", "7"),
        ("What the Fence Saw", "Submitted by ewe"),
        ("What the Fence Saw", "Get trending papers in your email inbox!"),
        ("What the Fence Saw", "SchrÃ¶dinger's Fence"),
        ("What the Fence Saw", "What\tthe Fence Saw"),
        ("What the Fence Saw", "What the Fence Saw\ufffd"),
        ("What the Fence Saw", "\u3000What the Fence Saw"),
        ("What the Fence Saw", "What the Fence Saw\u00a0"),
        ("Jul 10, 2023", "Jul 10, 2023\r"),
        ("Subscribe", "Subscribe to sheep"),
        ("  • 12 authors", "Anything.\n  • 12 authors"),
    ],
)
def test_a_dump_with_one_odd_line_is_read_as_by_the_parser_or_declined(old: str, new: str):
    read([replace(THREE, old, new), THREE])


def test_columns_are_those_of_a_printed_card():
    assert dict(CARD_SCHEMA) == dict(PRINTED_CARD_SCHEMA)
    assert read([THREE]).cards.schema == pl.Schema(PRINTED_CARD_SCHEMA)
    assert read([]).cards.schema == pl.Schema(PRINTED_CARD_SCHEMA)


def test_a_dump_larger_than_any_page_is_declined(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clean, "_LARGEST", len(THREE) - 1)
    assert [dump.byte_count for dump in read([THREE, write(SHEEP)]).dumps] == [len(write(SHEEP))]
