from __future__ import annotations

import datetime as dt

import polars as pl

from etl.transform.decisions import DECISION_SCHEMA, Decisions, resolve_decisions
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


def test_no_decisions_decide_nothing():
    assert resolve() == (Decisions(), [])
