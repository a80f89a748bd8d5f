from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from etl.transform.decisions import (
    DECISION_SCHEMA,
    Decisions,
    DecisionsContradictError,
    check_chains,
    resolve_decisions,
)
from etl.transform.keys import add_keys

CARDS = add_keys(
    pl.DataFrame(
        {
            "title": ["Ladders", "ladders!", "Tides", "Tides", "Lamps"],
            "abstract": ["We climb.", "We climb.", "They rise.", "They fall.", None],
        }
    )
)
LADDERS, _, RISE, FALL, LAMPS = CARDS["alias_id"]


def resolve(*decisions: tuple[str, str, str]) -> tuple[Decisions, list[int]]:
    rows = [(*decision, "it says so", "somebody", dt.date(2025, 1, 1)) for decision in decisions]
    return resolve_decisions(pl.DataFrame(rows, schema=DECISION_SCHEMA, orient="row"), CARDS)


def make_pair(left: str, right: str) -> tuple[str, str]:
    return (min(left, right), max(left, right))


def test_a_decision_names_papers_by_id_or_by_title():
    pairs, unmatched = resolve((LADDERS, "LAMPS", "same"), (RISE, FALL, "different"))
    assert pairs.same == {make_pair(LADDERS, LAMPS)}
    assert pairs.different == {make_pair(RISE, FALL)}
    assert unmatched == []


def test_a_title_stands_for_every_candidate_that_has_it():
    pairs, _ = resolve(("Tides", "Ladders", "same"), ("tides", "TIDES", "different"))
    assert pairs.same == {make_pair(RISE, LADDERS), make_pair(FALL, LADDERS)}
    assert pairs.different == {make_pair(RISE, FALL)}


def test_a_decision_about_a_paper_that_no_dump_lists_is_reported():
    pairs, unmatched = resolve(
        (LADDERS, "f" * 32, "same"), ("Ladders", "Lamps", "same"), ("Nobody's", "Lamps", "different")
    )
    assert unmatched == [0, 2]
    assert pairs == Decisions(frozenset({make_pair(LADDERS, LAMPS)}), frozenset())


@pytest.mark.parametrize(
    "decisions",
    [
        ((LADDERS, LAMPS, "same"), ("ladders", "lamps", "different")),
        (("Lamps", "Ladders", "different"), (LADDERS, LAMPS, "same")),
        (("Tides", "Lamps", "same"), (LAMPS, RISE, "different")),
    ],
    ids=["ids, then titles", "titles, then ids", "one of several papers of a title"],
)
def test_a_pair_that_is_called_the_same_and_different_is_an_error(decisions: tuple):
    with pytest.raises(DecisionsContradictError, match=r"decision 1\b.*decision 2\b|decision 2\b.*decision 1\b"):
        resolve(*decisions)


def test_a_chain_of_the_same_may_not_join_what_is_called_different():
    pairs, _ = resolve((RISE, LADDERS, "same"), (LADDERS, LAMPS, "same"), ("Lamps", RISE, "different"))
    with pytest.raises(DecisionsContradictError, match=RISE):
        check_chains(pairs)
    check_chains(pairs._replace(different=frozenset({make_pair(FALL, LAMPS)})))


def test_no_decisions_decide_nothing():
    assert resolve() == (Decisions(), [])
