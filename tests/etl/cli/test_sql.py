"""``paperhouse sql``: a question, and the answer in each format."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]

QUERY = "SELECT title, author_count, published_on, comment_count FROM papers ORDER BY author_count DESC"
NASTY = "SELECT chr(27) || '[31m' || chr(10) || 'red' AS text, NULL AS nothing"


def test_a_table_lines_up_and_counts_its_rows(run: Callable, built: Path):
    done = run("sql", QUERY, "--warehouse", built)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "title                                   author_count  published_on  comment_count\n"
        "--------------------------------------  ------------  ------------  -------------\n"
        "A first invented paper                             3  2023-07-10             NULL\n"
        "A second invented paper | with *signs*             1  NULL                      4\n"
        "(2 rows)\n"
    )


def test_csv_reads_back_with_nulls_and_commas(run: Callable, built: Path):
    done = run("sql", "SELECT 'a,\"b\"' AS x, '' AS y, NULL AS z, ['p', NULL] AS l", "-f", "csv", "--warehouse", built)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == 'x,y,z,l\n"a,""b""","",,"[""p"", null]"\n'
    assert list(csv.reader(io.StringIO(done.stdout)))[1] == ['a,"b"', "", "", '["p", null]']
    assert pl.read_csv(io.StringIO(done.stdout)).height == 1


def test_a_single_null_is_still_a_row_of_csv(run: Callable, built: Path):
    done = run("sql", "SELECT NULL AS x FROM range(3)", "-f", "csv", "--warehouse", built)
    assert done.stdout == 'x\n""\n""\n""\n'


def test_json_reads_back(run: Callable, built: Path):
    done = run("sql", QUERY, "--format", "json", "--warehouse", built)
    assert json.loads(done.stdout) == [
        {"title": "A first invented paper", "author_count": 3, "published_on": "2023-07-10", "comment_count": None},
        {
            "title": "A second invented paper | with *signs*",
            "author_count": 1,
            "published_on": None,
            "comment_count": 4,
        },
    ]


@pytest.mark.parametrize(
    ("form", "empty"),
    [("table", "title\n-----\n(0 rows)\n"), ("csv", "title\n"), ("json", "[]\n"), ("markdown", "| title |\n| --- |\n")],
)
def test_no_rows_are_an_answer_too(run: Callable, built: Path, form: str, empty: str):
    done = run("sql", "SELECT title FROM papers WHERE false", "--format", form, "--warehouse", built)
    assert (done.exit_code, done.stdout) == (0, empty)


def test_markdown_shows_a_text_as_it_is(run: Callable, built: Path):
    done = run("sql", "SELECT title, comment_count FROM papers ORDER BY title", "-f", "markdown", "--warehouse", built)
    assert done.stdout == (
        "| title | comment\\_count |\n"
        "| --- | --- |\n"
        "| A first invented paper |  |\n"
        "| A second invented paper \\| with \\*signs\\* | 4 |\n"
    )


def test_parquet_goes_to_a_file_that_reads_back(run: Callable, built: Path, tmp_path: Path):
    done = run("sql", "FROM papers", "--output", tmp_path / "papers.parquet", "--warehouse", built)
    assert (done.exit_code, done.output) == (0, "")
    papers = pl.read_parquet(tmp_path / "papers.parquet")
    assert papers["title"].sort().to_list()[0] == "A first invented paper"
    assert papers.schema["published_on"] == pl.Date


def test_parquet_goes_to_a_pipe(built: Path):
    command = [sys.executable, "-m", "etl.cli", "sql", "FROM papers", "-f", "parquet", "--warehouse", str(built)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert pl.read_parquet(io.BytesIO(done.stdout)).height == 2


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.md", "a.parquet", "a.txt"])
def test_the_output_has_the_format_its_name_says(run: Callable, built: Path, tmp_path: Path, name: str):
    done = run("sql", "SELECT 1 AS one", "--output", tmp_path / name, "--warehouse", built)
    assert (done.exit_code, done.output) == (0, "")
    beginnings = {
        "a.csv": b"one\n",
        "a.json": b"[\n{",
        "a.md": b"| one |",
        "a.parquet": b"PAR1",
        "a.txt": b"one\n---\n",
    }
    assert (tmp_path / name).read_bytes().startswith(beginnings[name])


def test_an_output_whose_name_says_nothing_needs_a_format(run: Callable, built: Path, tmp_path: Path):
    assert run("sql", "SELECT 1", "--output", tmp_path / "a", "--warehouse", built).exit_code == 2
    assert run("sql", "SELECT 1", "--output", tmp_path / "a", "-f", "csv", "--warehouse", built).exit_code == 0


def test_an_output_is_whole_or_as_it_was(run: Callable, built: Path, tmp_path: Path):
    (tmp_path / "a.csv").write_text("before")
    query = "SELECT CASE WHEN range < 200000 THEN range ELSE error('too late') END AS x FROM range(200001)"
    done = run("sql", query, "--output", tmp_path / "a.csv", "--warehouse", built)
    assert done.exit_code == 1
    assert "too late" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "before"


def test_an_output_in_a_folder_that_is_missing_is_named(run: Callable, built: Path, tmp_path: Path):
    output = tmp_path / "nowhere" / "a.csv"
    done = run("sql", "SELECT 1", "--output", output, "--warehouse", built)
    assert done.exit_code == 1
    assert done.stderr == f"Error: {output}: No such file or directory: check the path\n"


def test_a_question_can_come_from_stdin(run: Callable, built: Path):
    done = run("sql", "-", "-f", "csv", "--warehouse", built, stdin="SELECT count(*) AS n\nFROM papers -- all\n")
    assert (done.exit_code, done.stdout) == (0, "n\n2\n")


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_control_characters_are_escaped_in_what_people_read(run: Callable, built: Path, form: str):
    done = run("sql", NASTY, "--format", form, "--warehouse", built)
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert "\\x1b" in done.stdout


@pytest.mark.parametrize("form", ["csv", "json"])
def test_control_characters_stay_in_what_programs_read(run: Callable, built: Path, form: str):
    done = run("sql", NASTY, "--format", form, "--warehouse", built)
    text = (
        json.loads(done.stdout)[0]["text"] if form == "json" else next(csv.DictReader(io.StringIO(done.stdout)))["text"]
    )
    assert text == "\x1b[31m\nred"


def run_on_terminal(*arguments: str) -> tuple[int, str]:
    """Run a command whose stdout and stderr are a terminal; give its exit code and what it showed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "etl.cli", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while piece := read_terminal(ours):
            shown += piece
    os.close(ours)
    return process.returncode, shown.decode()


def read_terminal(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_no_format_can_steer_a_terminal(built: Path, form: str):
    code, shown = run_on_terminal("sql", NASTY, "--format", form, "--warehouse", str(built))
    assert code == 0
    assert "red" in shown
    assert "\x1b" not in shown


def test_a_table_fits_the_terminal(built: Path):
    code, shown = run_on_terminal("sql", "SELECT abstract, title FROM papers", "--warehouse", str(built))
    lines = shown.splitlines()
    assert code == 0
    assert max(map(len, lines)) <= 80
    assert "…" in shown


def test_parquet_on_a_terminal_is_misuse_with_a_hint(built: Path):
    code, shown = run_on_terminal("sql", "FROM papers", "--format", "parquet", "--warehouse", str(built))
    assert code == 2
    assert "add --output FILE" in " ".join(shown.split())
    assert "PAR1" not in shown


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT nothing FROM papers", "nothing"),
        ("SELEC 1", "syntax error"),
        ("SELECT 1; SELECT 2", "there are 2"),
        ("", "there is none"),
        ("DROP VIEW papers", "that reads"),
        ("COPY papers TO 'x.csv'", "that reads"),
        ("FROM 'pyproject.toml'", "Error: "),
        ("SELECT * FROM read_text('pyproject.toml')", "Error: "),
        ("FROM glob('*')", "Error: "),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_sentence(run: Callable, built: Path, query: str, words: str):
    done = run("sql", query, "--warehouse", built)
    assert (done.exit_code, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_a_failing_question_leaves_no_noise_behind(spawn: Callable, built: Path):
    done = spawn("sql", "SELECT nothing FROM papers", "--warehouse", built)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_who_stops_reading_ends_the_command_quietly(built: Path):
    command = [sys.executable, "-m", "etl.cli", "sql", "FROM range(2000000)", "-f", "csv", "--warehouse", str(built)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"range\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_long_table_is_cut_and_says_so(run: Callable, built: Path):
    done = run("sql", "FROM range(10001)", "--warehouse", built)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert (len(lines), lines[-1]) == (10_003, "(10,000 rows)")
    assert "Only the first 10,000 rows are shown; --output FILE.csv writes all of them." in done.stderr


def test_an_older_release_can_be_asked(run: Callable, dumps: Path, tmp_path: Path):
    house = tmp_path / "warehouse"
    first = json.loads(run("build", dumps, "--warehouse", house, "--json").stdout)["release_id"]
    (dumps / "oct30.txt").write_text(
        "byAK and the research community\nOct 30\n\nNew\n\nText.\n  • 2 authors\n·\nMay 1\n"
    )
    assert run("build", dumps, "--warehouse", house).exit_code == 0
    count = ("sql", "SELECT count(*) AS n FROM papers", "-f", "csv", "--warehouse", house)
    assert run(*count).stdout == "n\n3\n"
    assert run(*count, "--release", first).stdout == "n\n2\n"


@pytest.mark.parametrize("command", [["sql", "SELECT 1"], ["describe"]], ids=" ".join)
def test_a_warehouse_without_a_release_is_said_with_the_way_to_one(run: Callable, tmp_path: Path, command: list[str]):
    done = run(*command, "--warehouse", tmp_path / "none")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "paperhouse build DUMPS" in done.stderr


def test_a_release_that_is_not_there_is_said(run: Callable, built: Path):
    done = run("sql", "SELECT 1", "--release", "0" * 32, "--warehouse", built)
    assert done.exit_code == 1
    assert "see 'paperhouse releases'" in done.stderr
