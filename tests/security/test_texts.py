"""What the text of a dump, a file's name or a query may do to whoever looks at it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl
import pyarrow as pa
import pytest

from assets.metadata import tabulate
from assets.resources import refuse_plainly
from etl.cli.answers import write_answer
from etl.cli.terminal import render_table, say, write_json, write_text
from etl.errors import PaperhouseError
from etl.report.rendering import ENVIRONMENT
from schemas.dictionary import escape_markdown

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://elsewhere.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31mred",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe",
    "\N{LEFT-TO-RIGHT ISOLATE}a",
    "a\rb",
    "a\x08\x08b",
    "a\N{LINE SEPARATOR}b",
    "\x00\x7f",
)
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|'/c calc'!A0", "\N{FULLWIDTH EQUALS SIGN}1")
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)> [click](javascript:alert(1)) `a` | b\n# c"


class HoldsTextError(PaperhouseError):
    """An error that names a file of others."""


class Answer:
    """An answer that goes to memory."""

    width = None

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes, /) -> None:
        self.data += data


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_shown_steers_the_terminal(text: str, capfd: pytest.CaptureFixture[str]):
    say(f"Error: {text}: no such file")
    write_text(render_table([text], [[text]]))

    shown = capfd.readouterr()
    assert STEERING.findall(shown.out + shown.err) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_json_that_is_shown_does_not_either_and_loses_nothing(text: str, capfd: pytest.CaptureFixture[str]):
    write_json({"title": text})

    shown = capfd.readouterr().out
    assert STEERING.findall(shown) == []
    assert json.loads(shown) == {"title": text}


def test_all_json_of_the_commands_goes_that_way(repo_root: Path):
    calls = [
        path.name for path in (repo_root / "etl" / "cli").glob("*.py") if "(json.dumps(" in path.read_text("utf-8")
    ]

    assert [name for name in calls if name != "terminal.py"] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_error_of_ours_steers_a_log_of_dagster(text: str):
    with pytest.raises(dg.Failure) as failure, refuse_plainly():
        raise HoldsTextError(text)

    assert STEERING.findall(failure.value.description or "") == []


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str):
    kind = pa.array([text, "a=b", None]).dictionary_encode()
    table = pa.table({"title": [text, "a=b", None], "count": [-1, 2, 3], text: kind})
    answer = Answer()

    write_answer(table.to_reader(), "spreadsheet", answer)

    rows = list(csv.reader(io.StringIO(answer.data.decode(), newline="")))
    marked = f"'{text}"
    assert rows == [["title", "count", marked], [marked, "-1", marked], ["a=b", "2", "a=b"], ["", "3", ""]]


def test_markdown_shows_markup_as_it_is():
    rendered = escape_markdown(MARKUP)

    assert re.findall(r"(?<!\\)[<`|\[]", rendered) == []
    assert "\n" not in rendered


def test_a_page_shows_markup_as_it_is():
    rendered = ENVIRONMENT.from_string("<p title='{{ text }}'>{{ text }}</p>").render(
        text=MARKUP + "' onload='alert(1)"
    )

    assert re.findall(r"<(?!/?p\b)", rendered) == []
    assert rendered.count("'") == 2


def test_dagster_shows_others_text_in_cells_alone():
    value = tabulate(pl.DataFrame({"title": [MARKUP, *HOSTILE], "on": [dt.date(2025, 1, 1)] * (1 + len(HOSTILE))}))

    assert isinstance(value, dg.TableMetadataValue)
    assert [record.data["title"] for record in value.records if STEERING.search(str(record.data["title"]))] == []


def test_the_only_markdown_of_an_asset_is_a_picture(repo_root: Path):
    source = "".join(path.read_text("utf-8") for path in sorted((repo_root / "assets").glob("*.py")))

    assert re.findall(r"MetadataValue\.(?:md|notebook)\b\(.*", source) == [
        'MetadataValue.md(f"![{what}](<{make_address(svg)}>)")'
    ]
