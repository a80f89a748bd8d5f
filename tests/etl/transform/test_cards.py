from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.cards import CARD_SCHEMA, read_cards
from etl.transform.dates import forget_cut_days
from schemas.codes import PROBLEMS
from tests.etl.transform.frames import hash_text, make_printed_cards

WHOLE = {"abstract": "Some text.", "author_line": "• 3 authors", "date_line": "Jul 10, 2023 4"}


def list_problems(**card: object) -> list[str]:
    return read_cards(make_printed_cards(card))["problems"].to_list()[0]


def test_a_whole_card_has_every_field_and_no_problem():
    cards = read_cards(make_printed_cards({"title": "A Title", **WHOLE, "upvote_line": "1,056", "submitted_by": "me"}))
    assert dict(cards.schema) == CARD_SCHEMA
    card = cards.row(0, named=True)
    told = {name: card[name] for name in ("author_count", "month", "day", "year", "comment_count", "upvote_count")}
    assert told == {"author_count": 3, "month": 7, "day": 10, "year": 2023, "comment_count": 4, "upvote_count": 1056}
    assert (card["title"], card["title_key"], card["submitted_by"]) == ("A Title", "atitle", "me")
    assert card["abstract_sha256"] == hash_text("Some text.")
    assert card["problems"] == []


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"abstract": None}, ["abstract_missing"]),
        ({"author_line": "• 99999999999 authors"}, ["author_count_invalid"]),
        ({"author_line": None}, ["author_line_missing"]),
        ({"date_line": "Jul 10 99999999999"}, ["comment_count_invalid"]),
        ({"date_line": "Sep 30 2024"}, ["date_ambiguous"]),
        ({"date_line": "Feb 30"}, ["date_invalid"]),
        ({"date_line": "14 days ago"}, ["date_relative"]),
        ({"date_line": None}, ["date_missing"]),
        ({"author_line": None, "date_line": None}, ["footer_missing"]),
        ({"upvote_line": "1.2k"}, ["number_rounded"]),
        ({"upvote_line": "many"}, ["upvote_count_invalid"]),
        ({"byte_problems": ["undecodable_bytes", "doubly_decoded"]}, ["doubly_decoded", "undecodable_bytes"]),
        ({"author_line": "• 1.2k authors", "date_line": "Feb 30 2k"}, ["date_invalid", "number_rounded"]),
    ],
)
def test_each_thing_that_is_missing_or_unreadable_has_its_code(change: dict[str, object], problems: list[str]):
    assert list_problems(**WHOLE | change) == problems


@pytest.mark.parametrize(
    ("line", "day"), [("Jul 10", None), ("Jul 10 1", (7, 10)), ("2023-07-1", (7, 1)), ("Jul 10, 2023", (7, 10))]
)
def test_a_day_that_may_have_lost_its_year_is_no_evidence(line: str, day: tuple[int, int] | None):
    cards = read_cards(make_printed_cards(WHOLE | {"date_line": line, "byte_problems": ["date_cut_possible"]}))
    assert forget_cut_days(cards).select("month", "day").row(0) == (day or (None, None))
    assert cards["month"].to_list() == [7]


def test_an_organisation_makes_up_for_the_authors():
    assert list_problems(**WHOLE | {"author_line": None, "organization_line": "naver-ai NAVER"}) == []


lines = st.none() | st.text(max_size=30) | st.sampled_from(("• 3 authors", "Jul 10, 2023", "Feb 30", "1.2k", "x Y"))


@given(st.fixed_dictionaries(dict.fromkeys(("abstract", "author_line", "date_line", "upvote_line"), lines)))
def test_whatever_is_null_has_its_reason(card: dict[str, str | None]):
    row = read_cards(make_printed_cards(card)).row(0, named=True)
    problems = row["problems"]
    assert problems == sorted(set(problems))
    assert set(problems) <= set(PROBLEMS)
    assert (row["abstract"] is None) == ("abstract_missing" in problems)
    assert row["month"] is not None or any(code.startswith(("date_", "footer_")) for code in problems)
    for line, field, code in (
        ("author_line", "author_count", "author_count_invalid"),
        ("upvote_line", "upvote_count", "upvote_count_invalid"),
    ):
        assert (code in problems) == (card[line] is not None and row[field] is None)


def test_the_order_of_cards_stays():
    cards = make_printed_cards(*({"position": position} for position in (2, 0, 1)))
    assert read_cards(cards)["position"].to_list() == [2, 0, 1]
