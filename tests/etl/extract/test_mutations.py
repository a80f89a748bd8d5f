"""Damage never spoils the cards around it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from etl.extract.parse import parse_dump
from tests.etl.extract.ledger import list_faults
from tests.hostile.bases import read_bases, read_plain_dump, write_bases
from tests.hostile.cases import FENCE, SHEEP, write
from tests.mutations import Base, Mutant, Patchwork, Truth, find_whole_cards, list_misread, mutate

if TYPE_CHECKING:
    from pathlib import Path

WANTED = 0.999


def damage(bases: list[Base], number: int) -> Mutant:
    return mutate(bases, Random(f"test {number}"))  # noqa: S311 - no secret


def try_mutants(bases: list[Base], count: int) -> tuple[int, int, list[str]]:
    """Damage the bases, and count the cards that came through and those among them that were misread."""
    whole = misread = 0
    faults = []
    for number in range(count):
        mutant = damage(bases, number)
        dump = parse_dump(mutant.raw)
        faults += [f"{number} {mutant.edits}: {fault}" for fault in list_faults(mutant.raw, dump)]
        whole += len(mutant.whole)
        misread += len(list_misread(mutant, [Truth(*listing.card[:7]) for listing in dump.listings]))
    return whole, misread, faults


def test_damage_to_pages_of_our_own_spoils_no_card_beside_it():
    whole, misread, faults = try_mutants(write_bases(), 1000)
    assert faults == []
    assert whole > 3000
    assert misread <= (1 - WANTED) * whole


@pytest.mark.exhaustive
def test_damage_to_the_dumps_at_hand_spoils_no_card_beside_it(shared_dumps: Path):
    whole, misread, faults = try_mutants(read_bases(shared_dumps), 1000)
    assert faults == []
    assert whole > 20_000
    assert misread <= (1 - WANTED) * whole


@pytest.fixture
def base() -> Base:
    raw = write(SHEEP, FENCE)
    return Base("two", raw, "utf-8", read_two(raw))


def read_two(raw: bytes) -> list[Truth]:
    place = raw.index(FENCE.title.encode())
    first = read_plain_dump(raw[:place])
    end = raw.index(FENCE.date_line.encode()) + len(FENCE.date_line.encode())
    return [*first, Truth(place, end, FENCE.title, *FENCE.abstract, *FENCE[2:5])]


def test_a_dump_that_was_not_damaged_has_all_its_cards(base: Base):
    assert find_whole_cards(Patchwork.of(base)) == list(base.truths)


def test_a_card_is_touched_by_a_change_of_any_of_its_bytes_or_of_the_white_space_around(base: Base):
    first, second = base.truths
    dump = Patchwork.of(base)
    for place in range(first.start, second.start):
        whole = find_whole_cards(dump[:place] + dump[place + 1 :])
        is_between = place >= first.end
        assert whole == ([] if is_between else [second._replace(start=second.start - 1, end=second.end - 1)]), place


def test_a_card_that_was_moved_is_whole_where_it_lies_now(base: Base):
    first, second = base.truths
    dump = Patchwork.of(base)
    moved = dump[: first.start] + dump[second.start :] + Patchwork.of_bytes(b"\n") + dump[first.start : second.start]
    size = len(base.raw) - second.start
    assert find_whole_cards(moved) == [
        second._replace(start=first.start, end=first.start + second.end - second.start),
        first._replace(start=first.start + size + 1, end=first.end + size + 1),
    ]


def test_a_page_that_was_doubled_has_its_cards_twice(base: Base):
    dump = Patchwork.of(base)
    assert [truth.start for truth in find_whole_cards(dump + dump)] == [
        truth.start + shift for shift in (0, len(base.raw)) for truth in base.truths
    ]


def test_a_card_cut_out_and_put_back_is_whole(base: Base):
    first, second = base.truths
    dump = Patchwork.of(base)
    assert find_whole_cards(dump[: second.start] + dump[second.start :]) == list(base.truths)
    assert find_whole_cards(dump[: second.start]) == [first]


def test_a_card_of_a_footerless_page_needs_the_header():
    bare = [card._replace(author_line=None, organization_line=None, date_line=None) for card in (SHEEP, FENCE)]
    raw = write(*bare)
    base = Base("bare", raw, "utf-8", read_plain_dump(raw))
    dump = Patchwork.of(base)
    assert len(find_whole_cards(dump)) == 2
    assert find_whole_cards(dump[1:]) == []


def test_the_same_seed_makes_the_same_damage(base: Base):
    assert damage([base], 7) == damage([base], 7)
