from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import CONTRACT_VERSION, TABLES
from schemas.columns import list_columns, list_key, list_rules
from schemas.dictionary import escape_markdown, quote_code, render_dictionary, render_rows

CELL_BORDER = re.compile(r"(?<!\\)(?:\\\\)*\|")


def find_section(name: str) -> str:
    return re.split(r"^## ", render_dictionary(), flags=re.MULTILINE)[list(TABLES).index(name) + 1]


def test_contract_version_is_told() -> None:
    assert f"Contract version {CONTRACT_VERSION}." in render_dictionary()


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_row_with_all_that_is_known_of_it(name: str) -> None:
    section = find_section(name)

    assert section.startswith(name)
    for column in list_columns(TABLES[name]):
        null = "yes" if column.nullable else "no"
        cells = [f"`{column.name}`", f"`{column.type_name}`", null, column.unit or "", column.description]
        assert f"| {' | '.join(escape_markdown(cell) if '`' not in cell else cell for cell in cells)} |" in section


@pytest.mark.parametrize("name", TABLES)
def test_key_rules_and_codes_are_told(name: str) -> None:
    section = find_section(name)

    assert f"Key: {', '.join(f'`{column}`' for column in list_key(TABLES[name]))}." in section
    for rule in list_rules(TABLES[name]):
        assert f"- `{rule}`" in section
    for column in list_columns(TABLES[name]):
        for code, meaning in column.codes.items():
            assert f"| `{code}` | {escape_markdown(meaning)} |" in section


@pytest.mark.parametrize(
    "line",
    [
        "- `title`: 1 to 2000 characters long",
        "- `published_on`: from 1900-01-01 to 2199-12-31",
        "- `author_count`: at least 1",
        "- `dump_id`: matches `^[0-9a-f]{32}$`",
    ],
)
def test_limits_are_told_in_words(line: str) -> None:
    assert line in find_section("listings").splitlines()


def test_inputs_are_said_to_be_outside_the_content() -> None:
    assert "Not part of the `content_id`." in find_section("inputs")
    assert "Not part of the `content_id`." not in find_section("papers")


def test_every_table_row_has_as_many_cells_as_its_head() -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", render_dictionary(), flags=re.MULTILINE)

    assert blocks
    for block in blocks:
        assert len({len(CELL_BORDER.findall(row)) for row in block.splitlines()}) == 1, block


@given(st.text())
def test_no_text_breaks_a_table(text: str) -> None:
    lines = render_rows(["a", "b"], [[escape_markdown(text), quote_code("a|b")]]).split("\n")

    assert len(lines) == 3
    assert len(CELL_BORDER.findall(lines[2])) == 3


@given(st.text(alphabet="`|\\ab"))
def test_code_is_closed_by_the_run_that_opens_it(text: str) -> None:
    code = quote_code(text).replace("\\|", "|")
    fence = re.match("`+", code)

    assert fence
    assert code.endswith(fence[0])
    assert fence[0] not in re.findall("`+", code.removeprefix(fence[0]).removesuffix(fence[0]))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("- a", r"\- a"), ("+ a", r"\+ a"), ("1. a", r"1\. a"), ("2) a", r"2\) a"), ("a - 1. b", "a - 1. b")],
)
def test_text_never_begins_a_list(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped
