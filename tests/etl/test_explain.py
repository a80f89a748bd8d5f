from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from etl.explain import Election, PaperExplanation, find_difference, tell_elections
from etl.transform.provenance import VARIANT_FIELDS


def explain(paper: dict[str, Any], variants: list[tuple[str, str | None]], listings: int) -> dict[str, Election]:
    rows = [{"field": field, "value": value} for field, value in variants]
    whole = dict.fromkeys(VARIANT_FIELDS) | paper
    elections = tell_elections(PaperExplanation(whole, [{}] * listings, rows, []))
    return {election.field: election for election in elections}


def test_a_value_that_all_print_has_no_others():
    (election,) = explain({"title": "Deep Ladders"}, [], 3).values()
    assert election == Election("title", "Deep Ladders", 3, 0, 0, "all that print one")


def test_listings_that_print_another_value_or_none_are_counted_apart():
    elections = explain(
        {"title": "Deep Ladders", "author_count": 3, "comment_count": 7},
        [("title", "DEEP LADDERS"), ("author_count", None), ("comment_count", "5"), ("comment_count", "6")],
        3,
    )
    assert elections["title"][2:] == (2, 1, 0, "most listings")
    assert elections["author_count"][2:] == (2, 0, 1, "all that print one")
    assert elections["comment_count"][2:] == (1, 2, 0, "the latest page that prints one")


def test_where_no_value_has_a_majority_the_latest_page_decides():
    assert explain({"title": "A"}, [("title", "B")], 2)["title"].rule == "the latest page, then dump and card"


def test_a_field_that_nobody_prints_was_not_decided():
    assert explain({}, [], 2) == {}


@given(st.text("ab", max_size=9), st.text("ab", max_size=9))
def test_texts_are_equal_up_to_where_they_differ(value: str, other: str):
    place = find_difference(value, other)
    assert value[:place] == other[:place]
    assert value[place : place + 1] != other[place : place + 1] or value == other
