from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.candidates import MAX_BLOCK
from etl.transform.decisions import Decisions
from etl.transform.identify import Identity, identify_papers
from etl.transform.keys import add_keys
from tests.etl.transform.frames import fewer_examples

if TYPE_CHECKING:
    import random

LADDERS = (
    "Ladders lean on walls and climbers fall when their rungs break under load. Engineers measure every rung and "
    "report fractures, corrosion and wobble across ninety timber or aluminium ladders. We publish forty years of "
    "their notes."
)
TIDES = (
    "Estuaries flood twice daily as moon and sun pull seawater inland past the mangroves. Gauges record heights, "
    "currents and turbidity over forty consecutive lunar months. Sediment, plankton and salt drift upstream with "
    "every tide."
)
LAMPS = (
    "Street lamps attract moths on warm nights and bats follow them along the avenues. Volunteers count wings below "
    "two hundred lanterns with orange or white bulbs. Dimming after midnight spares four insects out of five."
)
TITLE = "Deep Ladders Lean on Many Walls"
FIELDS = {
    "title": pl.String,
    "abstract": pl.String,
    "month": pl.Int8,
    "day": pl.Int8,
    "year": pl.Int16,
    "author_count": pl.Int32,
}

Card = dict[str, Any]


def make_card(
    title: str = TITLE, abstract: str | None = LADDERS, day: int | None = None, count: int | None = None
) -> Card:
    date = {"month": 7, "day": day, "year": 2023} if day else {}
    return {"title": title, "abstract": abstract, "author_count": count, **date}


def identify(*cards: Card, decisions: Decisions | None = None) -> Identity:
    keyed = add_keys(pl.DataFrame(cards, schema=FIELDS))
    return identify_papers(keyed, decisions)


def list_aliases(*cards: Card) -> list[str]:
    return add_keys(pl.DataFrame(cards, schema=FIELDS))["alias_id"].to_list()


def count_papers(*cards: Card, decisions: Decisions | None = None) -> int:
    return identify(*cards, decisions=decisions).groups["group_id"].n_unique()


def make_pair(*cards: Card) -> tuple[str, str]:
    left, right = sorted(list_aliases(*cards))
    return (left, right)


def test_prints_of_one_text_are_one_candidate():
    cards = (
        make_card(),
        make_card(TITLE.upper()),
        make_card("deep ladders: lean on many walls", LADDERS.replace(",", " \u2013")),
    )
    identity = identify(*cards)
    assert identity.groups.height == 1
    assert identity.matches.is_empty()


def test_equal_titles_with_alike_abstracts_are_one_paper():
    cards = make_card(), make_card(abstract=LADDERS.replace("ninety", "eighty"))
    left, right = make_pair(*cards)
    groups, matches, near_misses = identify(*cards)
    assert groups.rows() == [(left, left), (right, left)]
    assert [row[:3] for row in matches.rows()] == [(left, right, "exact_title"), (right, left, "exact_title")]
    assert matches["score_permille"].is_between(950, 999).all()
    assert near_misses.is_empty()


def test_a_mirror_that_rewrites_urls_does_not_part_a_paper():
    cards = [
        make_card(abstract=f"{LADDERS} Code: https://{host}/deep/ladders/of/wood")
        for host in ("a.example", "b.pages.dev")
    ]
    _, matches, _ = identify(*cards)
    assert matches["score_permille"].to_list() == [1000, 1000]


@pytest.mark.parametrize("title", [TITLE, "Editorial", "Workshops and tutorials"])
def test_two_unrelated_papers_may_share_a_title(title: str):
    cards = make_card(title, LADDERS, 10, 3), make_card(title, TIDES, 20, 4)
    groups, matches, near_misses = identify(*cards)
    assert groups["group_id"].n_unique() == 2
    assert matches.is_empty()
    assert count_papers(make_card(title, LADDERS, 10, 3), make_card(title, TIDES, 10, 3)) == 2
    assert near_misses.height <= 1


def test_an_edited_title_is_found_by_what_the_abstracts_share():
    cards = (
        make_card("Deep Ladders", LADDERS, 10),
        make_card("Deep Ladders Lean: A Study of Walls", f"In short: {LADDERS}", 10),
    )
    assert identify(*cards).matches["rule"].to_list() == ["subtitle", "subtitle"]


def test_the_next_version_of_a_model_is_another_paper():
    cards = (
        make_card("LadderNet 2 Technical Report", LADDERS, 10, 3),
        make_card("LadderNet 3 Technical Report", LADDERS, 10, 3),
    )
    groups, _, near_misses = identify(*cards)
    assert groups["group_id"].n_unique() == 2
    assert near_misses.rows() == [(*make_pair(*cards), "other_number", 964, 1000)]


def test_near_titles_without_a_common_piece_are_never_compared():
    groups, _, near_misses = identify(make_card(TITLE, LADDERS), make_card(f"{TITLE}!s", TIDES))
    assert groups["group_id"].n_unique() == 2
    assert near_misses.is_empty()


def test_a_card_without_an_abstract_joins_the_only_paper_of_its_title():
    cards = make_card(), make_card(abstract=None)
    assert identify(*cards).matches.select("rule", "score_permille").rows() == [("title_only", None)] * 2


def test_a_card_without_an_abstract_never_bridges_two_papers():
    cards = make_card(abstract=LADDERS, day=10), make_card(abstract=TIDES, day=10), make_card(abstract=None, day=10)
    assert count_papers(*cards) == 3


def test_a_card_without_an_abstract_still_joins_a_paper_of_several_prints():
    others = make_card(), make_card(abstract=f"In short: {LADDERS}")
    assert count_papers(*others, make_card(abstract=None)) == 1


def test_what_a_rule_forbids_no_chain_of_pairs_brings_about():
    # Each is like the next, but the first and the last were published too many days apart.
    titles = (f"{TITLE} of Stone", f"{TITLE} of Stones", f"{TITLE} of Stoned")
    chain = [make_card(title, LADDERS, day) for title, day in zip(titles, (10, 12, 14), strict=True)]
    assert count_papers(*chain[:2]) == count_papers(*chain[1:]) == 1
    groups, _, near_misses = identify(*chain)
    names = dict(groups.rows())
    first, _, last = (names[alias] for alias in list_aliases(*chain))
    assert first != last
    assert "other_date" in near_misses["reason"].to_list()


def test_an_author_count_that_is_not_printed_speaks_for_nothing():
    edited = LADDERS.replace("a", "o")
    printed = [make_card("Deep Ladders", LADDERS, 10, 3), make_card("Deep Ladders", f"In short: {edited}", 20, 4)]
    assert count_papers(*printed) == 2
    assert count_papers(printed[0], {**printed[1], "author_count": None}) == 1


def test_a_name_before_the_colon_is_what_a_new_subtitle_keeps():
    cards = [
        make_card(title, LADDERS, 10) for title in ("LadderBot: A Study of Falls", "LadderBot: How Climbers Lose Rungs")
    ]
    assert identify(*cards).matches["rule"].to_list() == ["subtitle", "subtitle"]


def test_a_large_block_of_one_title_falls_into_its_papers():
    prints = [
        make_card("Proceedings", f"{text} Note {number}.") for text in (LADDERS, TIDES) for number in range(MAX_BLOCK)
    ]
    assert count_papers(*prints) == 2


def test_a_decision_merges_what_no_rule_does():
    cards = make_card("Deep Ladders", LADDERS), make_card("Slow Tides", TIDES)
    pair = make_pair(*cards)
    groups, matches, _ = identify(*cards, decisions=Decisions(same=frozenset({pair})))
    assert groups["group_id"].n_unique() == 1
    assert matches.rows() == [(*pair, "decision", None), (*pair[::-1], "decision", None)]


def test_a_decision_parts_what_the_rules_merge():
    cards = make_card(), make_card(abstract=f"In short: {LADDERS}")
    decisions = Decisions(different=frozenset({make_pair(*cards)}))
    assert count_papers(*cards) == 1
    assert count_papers(*cards, decisions=decisions) == 2


def test_a_decision_that_parts_two_holds_through_any_third():
    cards = make_card(), make_card(abstract=f"In short: {LADDERS}"), make_card(abstract=f"In other words: {LADDERS}")
    names = dict(identify(*cards, decisions=Decisions(different=frozenset({make_pair(*cards[:2])}))).groups.rows())
    left, right, _ = (names[alias] for alias in list_aliases(*cards))
    assert left != right


def test_decisions_hold_together_over_what_the_rules_forbid():
    # The first and the last have one title and unrelated abstracts, which the rules part.
    cards = make_card(TITLE, LADDERS), make_card("Slow Lamps", LAMPS), make_card(TITLE, TIDES)
    decisions = Decisions(same=frozenset({make_pair(*cards[:2]), make_pair(*cards[1:])}))
    assert count_papers(*cards, decisions=decisions) == 1


def test_no_cards_are_no_papers():
    assert [rows.height for rows in identify()] == [0, 0, 0]


def test_a_missing_column_is_an_error():
    keyed = add_keys(pl.DataFrame([make_card()], schema=FIELDS))
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        identify_papers(keyed.drop("pieces"))


VERSIONS = (
    LADDERS,
    f"In short: {LADDERS}",
    LADDERS[:-30],
    LADDERS.replace("e", "a"),
    TIDES,
    f"{TIDES} Amen.",
    LAMPS,
    None,
)
cards = st.lists(
    st.builds(
        make_card,
        st.sampled_from(
            (TITLE, TITLE.upper(), f"{TITLE} 2", f"{TITLE}: A Study", "Editorial", "Deep Tides", "Deep Ladders")
        ),
        st.sampled_from(VERSIONS),
        st.none() | st.integers(10, 14),
        st.none() | st.integers(1, 2),
    ),
    max_size=14,
)


@fewer_examples
@given(cards, st.randoms(use_true_random=False))
def test_no_order_of_cards_changes_anything(drawn: list[Card], chance: random.Random):
    mixed = drawn * 2
    chance.shuffle(mixed)
    for rows, others in zip(identify(*drawn), identify(*mixed), strict=True):
        assert_frame_equal(others, rows)


@fewer_examples
@given(cards)
def test_groups_hang_together_by_their_matches_and_are_named_by_their_smallest(drawn: list[Card]):
    groups, matches, near_misses = identify(*drawn)
    names = dict(groups.rows())
    for alias, name in names.items():
        members = [other for other, root in names.items() if root == name]
        assert name == min(members)
        assert len(members) == 1 or alias in matches["alias_id"]
    assert all(names[left] == names[right] for left, right in matches.select("alias_id", "matched_alias_id").rows())
    assert all(names[left] != names[right] for left, right in near_misses.select("alias_id", "other_alias_id").rows())


@fewer_examples
@given(cards)
def test_cards_without_an_abstract_never_bridge(drawn: list[Card]):
    printed = [card for card in drawn if card["abstract"] is not None]
    with_all, without = (dict(identify(*chosen).groups.rows()) for chosen in (drawn, printed))
    for left in without:
        for right in without:
            assert (with_all[left] == with_all[right]) == (without[left] == without[right])


@fewer_examples
@given(cards)
def test_a_large_block_is_judged_as_a_small_one(drawn: list[Card]):
    # Prints of one title beyond the limit: the unrelated ones among them must not change who belongs together.
    words = LAMPS.split()
    crowd = [
        make_card("Editorial", " ".join(words[(number * 7 + step * 5) % len(words)] for step in range(20)))
        for number in range(40)
    ]
    alone = dict(identify(*drawn).groups.rows())
    names = dict(identify(*drawn, *crowd).groups.rows())
    pairs = [(left, right) for left in alone for right in alone]
    assert all(alone[left] != alone[right] or names[left] == names[right] for left, right in pairs)
