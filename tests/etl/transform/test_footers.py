from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.patterns import BULLETS
from etl.transform.footers import parse_footers
from schemas.codes import FOOTERS, PROBLEMS

SCHEMA = {"author_line": pl.String, "organization_line": pl.String}
COLUMNS = {
    "author_count": pl.Int32,
    "organization_handle": pl.String,
    "organization_name": pl.String,
    "footer": pl.String,
    "author_count_problem": pl.String,
}


def parse(author_line: str | None, organization_line: str | None) -> tuple[object, ...]:
    parsed = parse_footers(pl.DataFrame([(author_line, organization_line)], schema=SCHEMA, orient="row"))
    assert dict(parsed.schema) == COLUMNS
    return parsed.row(0)


def test_authors_organisation_both_or_neither():
    printed = [
        ("• 3 authors", None),
        (None, "naver-ai NAVER AI Lab"),
        ("• 1 authors", "pathwaycom Pathway"),
        (None, None),
    ]
    expected = [
        (3, None, None, "authors", None),
        (None, "naver-ai", "NAVER AI Lab", "organization", None),
        (1, "pathwaycom", "Pathway", "both", None),
        (None, None, None, "missing", None),
    ]
    parsed = parse_footers(pl.DataFrame(printed, schema=SCHEMA, orient="row"))
    assert_frame_equal(parsed, pl.DataFrame(expected, schema=COLUMNS, orient="row"))


@pytest.mark.parametrize("bullet", [*BULLETS, ""])
def test_every_bullet_may_stand_in_front_of_the_authors(bullet: str):
    assert parse(f"{bullet} 12 authors".strip(), None)[0] == 12


def test_zero_authors_are_read_as_printed_and_left_to_validation():
    assert parse("• 0 authors", None) == (0, None, None, "authors", None)


def test_a_rounded_number_of_authors_says_so():
    assert parse("• 1.2k authors", None) == (1200, None, None, "authors", "number_rounded")


@pytest.mark.parametrize("line", ["• 99999999999 authors", "• 1,05 authors", "• 3 auth"])
def test_a_number_of_authors_that_cannot_be_read_says_so(line: str):
    assert parse(line, None) == (None, None, None, "authors", "author_count_invalid")


def test_an_organisation_may_have_no_name():
    assert parse(None, "openai") == (None, "openai", None, "organization", None)


def test_white_space_between_handle_and_name_is_no_part_of_either():
    assert parse(None, "lab_7 \u00a0  Lab Seven") == (None, "lab_7", "Lab Seven", "organization", None)


@given(
    st.none() | st.text(),
    st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]*(?: [^\n\r\t \u00a0]{1,9}){0,3}", fullmatch=True),
)
def test_an_author_line_gives_a_count_or_a_reason(author_line: str | None, organization_line: str | None):
    count, handle, _, footer, problem = parse(author_line, organization_line)
    assert footer in FOOTERS
    assert (handle is not None) == (footer in ("organization", "both"))
    assert (count is not None or problem == "author_count_invalid") == (footer in ("authors", "both"))
    assert problem is None or problem in PROBLEMS
