"""The docs say what is so: their examples run, their links lead somewhere, their numbers and codes are the code's."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from etl.extract import archives, headers, layouts
from etl.extract.decode import Encoding
from etl.extract.parse import parse_dump
from etl.extract.split import split_lines
from etl.load import change_notes, release_diff, retention
from etl.stages import receipt, work_unit
from etl.transform import candidates, equal_titles, scores, turn_of_year, verdicts, year_odds, year_votes
from etl.transform.dates import parse_date_lines
from etl.transform.decisions import DECISION_SCHEMA, VERDICTS
from schemas import TABLES, codes

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = ".venv/bin/paperhouse"
GENERATED = {"cli.md", "dictionary.md", "quality.md", "queries.md"}
SOURCES = sorted(path for package in ("assets", "etl", "schemas") for path in (ROOT / package).rglob("*.py"))
DOCS = [*(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")), *sorted(ROOT.glob("docs/*.md"))]
WRITTEN = [path for path in DOCS if path.name not in GENERATED]
README, DUMP_FORMAT, ARCHITECTURE = (
    ROOT / name for name in ("README.md", "docs/dump-format.md", "docs/architecture.md")
)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
POINTER = re.compile(r"docs/[a-z-]+\.md(?:#[a-z-]+)?")
SENTENCE_END = re.compile(r"(?<!e\.g)[.?!][)*]* +[A-Z`\[]")


class Block(NamedTuple):
    """A fenced piece of a page."""

    language: str
    text: str


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def list_blocks(path: Path) -> list[Block]:
    return [Block(*found) for found in FENCE.findall(read(path))]


def drop_blocks(path: Path) -> str:
    return FENCE.sub("", read(path))


def list_anchors(path: Path) -> set[str]:
    headings = HEADING.findall(drop_blocks(path))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def find_fault(origin: Path, target: str) -> str | None:
    """Tell what is wrong with a link, or None."""
    name, _, anchor = target.partition("#")
    path = (origin.parent / name).resolve() if name else origin
    if not path.exists():
        return f"{origin.name}: {target}: no such file"
    if anchor and anchor not in list_anchors(path):
        return f"{origin.name}: {target}: no such heading"
    return None


def read_table(text: str, first_column: str) -> pl.DataFrame:
    """Read the Markdown table whose first column has this name; empty cells are null."""
    lines = iter(text.splitlines())
    header = next(line for line in lines if line.startswith(f"| {first_column} |"))
    names = [cell.strip() for cell in header.strip("|").split("|")]
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() or None for cell in line.strip("|").split("|")])
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def list_first_words(text: str, first_column: str) -> list[str]:
    """List what the first column of a table has in backticks."""
    return [cell.strip("`") for cell in read_table(text, first_column)[first_column]]


def cut_section(path: Path, heading: str) -> str:
    return re.split(r"^## ", read(path).split(f"\n## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def run_paperhouse(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user in this folder would, with the folder's own warehouse as the default one."""
    code = "import sys; sys.argv[0] = 'paperhouse'; from etl.cli import main; main()"
    variables = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PAPERHOUSE_WAREHOUSE": str(folder / "warehouse" / "data"),
        "COLUMNS": "200",
    }
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


def list_readme_commands() -> list[str]:
    lines = [line for block in list_blocks(README) if block.language == "sh" for line in block.text.splitlines()]
    return [line.partition("  #")[0].strip() for line in lines if line.strip()]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path):
    targets = LINK.findall(drop_blocks(path))
    assert [target for target in targets if ":" in target] == [], "the docs stand for themselves"
    assert list(filter(None, (find_fault(path, target) for target in targets))) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pointers_from_the_code_lead_somewhere(path: Path):
    assert list(filter(None, (find_fault(README, target) for target in POINTER.findall(read(path))))) == []


def test_the_code_points_to_every_section_that_fixes_a_rule():
    pointers = {target for path in SOURCES for target in POINTER.findall(read(path))}
    sections = ("lines", "header", "card", "author-line", "date-line")
    assert {f"docs/dump-format.md#{name}" for name in sections} <= pointers
    assert {"docs/architecture.md#identity", "docs/architecture.md#years"} <= pointers


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("docs/nowhere.md", "README.md: docs/nowhere.md: no such file"),
        ("docs/glossary.md#nothing", "README.md: docs/glossary.md#nothing: no such heading"),
        ("docs/dump-format.md#date-line", None),
    ],
)
def test_a_link_that_leads_nowhere_is_noticed(target: str, fault: str | None):
    assert find_fault(README, target) == fault


def test_the_index_names_every_page():
    pages = {path.name for path in ROOT.glob("docs/*.md")} | GENERATED
    assert {target for target in LINK.findall(read(ROOT / "docs/index.md")) if "/" not in target} == pages - {
        "index.md"
    }


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_line_holds_one_sentence(path: Path):
    lines = [re.sub(r"^ *\d+\. ", "", line) for line in drop_blocks(path).splitlines() if not line.startswith("|")]
    assert [line for line in lines if SENTENCE_END.search(line)] == []


@pytest.mark.parametrize("command", list_readme_commands())
def test_a_command_of_the_readme_runs(command: str, clone: Path):
    program, *arguments = shlex.split(command)
    if program == "make":
        plain = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        done = subprocess.run(
            ["make", "--dry-run", *arguments], cwd=ROOT, env=plain, capture_output=True, text=True, check=False
        )
    else:
        assert program == COMMAND, f"nothing here can run {program}"
        if arguments == ["ui"]:  # it would serve until it is stopped; its own tests start it
            arguments.append("--help")
        done = run_paperhouse(arguments, clone)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() or done.stderr.strip()


@pytest.mark.parametrize("block", [block for block in list_blocks(README) if block.language == "python"])
def test_a_snippet_of_the_readme_runs(block: Block, clone: Path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.text], cwd=clone, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_the_readme_shows_commands_and_snippets():
    assert {"make warehouse", "make test", f"{COMMAND} ui"} <= set(list_readme_commands())
    assert {block.language for block in list_blocks(README)} == {"", "python", "sh"}


def test_the_readme_names_every_table():
    assert list_first_words(read(README), "table") == list(TABLES)


def test_the_house_is_as_the_readme_draws_it():
    drawing = next(block.text for block in list_blocks(README) if block.text.startswith("schemas/"))
    above, missing = "", []
    for line in drawing.splitlines():
        name = line.split()[0]
        above = above if line.startswith(" ") else name
        path = ROOT / (f"{above}{name}" if line.startswith(" ") else name)
        if not (path.is_dir() if name.endswith("/") else path.is_file()):
            missing.append(name)
    drawn = set(re.findall(r"^ *(\w+)/", drawing, re.MULTILINE))
    inside_etl = {path.parent.name for path in ROOT.glob("etl/*/__init__.py")}
    assert (missing, inside_etl - drawn) == ([], set())


def test_commands_and_options_that_the_docs_name_exist(clone: Path):
    text = "\n".join(map(read, WRITTEN))
    commands = set(
        re.findall(r"paperhouse ([a-z]+)\b", "\n".join(re.findall(r"`[^`\n]+`|^\.venv.*$", text, re.MULTILINE)))
    )
    helps = {name: run_paperhouse([name, "--help"], clone) for name in sorted(commands)}
    assert [name for name, done in helps.items() if done.returncode] == []
    known = set(re.findall(r"--[a-z][a-z-]+", "\n".join(done.stdout for done in helps.values())))
    spoken = set(re.findall(r"`(--[a-z][a-z-]+)", "\n".join(map(read, (README, DUMP_FORMAT, ARCHITECTURE)))))
    assert spoken
    assert spoken - known == set()


def test_the_page_of_the_dump_format_reads_as_its_table_says():
    page = next(block.text for block in list_blocks(DUMP_FORMAT) if block.language == "text").encode()
    dump = parse_dump(page)
    cards = work_unit.make_unit_tables({dump.dump_id: page})["cards"]
    told = read_table(read(DUMP_FORMAT), "position")
    shown = cards.select(pl.col(name) for name in told.columns).with_columns(
        pl.col("problems").list.join(", ").replace("", None)
    )
    assert shown.cast(pl.String).rows() == told.rows()
    assert [(entry.layout, entry.header_date_line) for entry in dump.pages] == [("daily_papers", "Oct 29")]
    assert (dump.quarantine, cards["abstract"].str.count_matches("\n").to_list()) == ([], [0, 0, 2, 0])


def test_the_dump_format_names_every_code():
    roles = cut_section(DUMP_FORMAT, "Byte roles")
    reasons, rejections = roles.split("A dump is rejected")
    assert set(list_first_words(reasons, "reason")) == set(codes.QUARANTINE_REASONS)
    assert set(list_first_words(rejections, "reason")) == set(codes.REJECTION_REASONS)
    assert set(list_first_words(read(DUMP_FORMAT), "layout")) == set(codes.LAYOUTS)
    assert set(list_first_words(read(DUMP_FORMAT), "kind")) == {*layouts.HEADER_LINES, "header_date"}
    assert [code for code in codes.PROBLEMS if f"`{code}`" not in read(DUMP_FORMAT)] == []


def test_the_header_lines_of_the_dump_format_are_read_as_such():
    for kind, lines in read_table(read(DUMP_FORMAT), "kind").iter_rows():
        for line in re.findall("`(.+?)`", lines):
            (found,) = split_lines(line.encode(), Encoding("utf-8", 0))
            is_read = headers.is_header_date(found) if kind == "`header_date`" else None
            assert is_read or layouts.name_header_line(line) == kind.strip("`"), line


@pytest.mark.parametrize("example", sorted(set(re.findall("`([^`]+)`", cut_section(DUMP_FORMAT, "Date line")))))
def test_an_example_of_a_date_line_is_read_as_one(example: str):
    if example in codes.PROBLEMS or example in {"date_line", "published_on", "Published on", "30th"}:
        return
    read_line = parse_date_lines(pl.DataFrame({"date_line": [example]})).row(0, named=True)
    problem = {"Sep 30 2024": "date_ambiguous", "14 days ago": "date_relative"}.get(example)
    assert read_line["date_problem"] == problem
    assert (read_line["month"] is None) == (problem is not None)


def test_the_architecture_names_every_rule_and_the_numbers_of_the_code():
    text = read(ARCHITECTURE)
    assert [rule for rule in codes.MERGE_RULES if f"`{rule}`" not in text] == []
    assert [column for column in DECISION_SCHEMA if f"`{column}`" not in text] == []
    assert [verdict for verdict in VERDICTS if f"`{verdict}`" not in text] == []
    share = {
        name: f"{value / 1000:.2f}" for name, value in vars(scores).items() if name.isupper() and value in range(1001)
    }
    few, some = equal_titles.FEW_TITLE_WORDS, equal_titles.SOME_TITLE_WORDS
    for sentence in (
        f"not before {year_odds.FIRST_YEAR} ",
        f"odds of {year_odds.REQUIRED_ODDS} to 1",
        f"one page in {('nine', 'ten', 'eleven')[year_votes.MAX_DISSENT - 9]} or fewer",
        f"odds of {year_votes.DOUBTFUL_ODDS} to 1 for another year",
        f"{year_odds.MIN_YEARLESS_CARDS} or more year-less cards, or at least one and {year_odds.MANY_DATED_CARDS} or",
        f"{year_odds.MIN_LATEST_CARDS} must print the latest year",
        f"{turn_of_year.LATE_DECEMBER[1]} December or later",
        f"later than {turn_of_year.EARLY_JANUARY[1]} January",
        f"one of {scores.MIN_TRUNCATED_ABSTRACT} letters or more that lacks its end",
        f"a >= {share['ALIKE']} | yes, unless dates are more than {verdicts.MAX_DAYS_APART} days apart",
        f"the author counts differ with a < {share['VERY_ALIKE']}; or with up to {few} words",
        f"a < {share['NEARLY_EQUAL']}; or an abstract has fewer than {scores.MIN_TRUNCATED_ABSTRACT} letters",
        f"(withdrawn, translated) | with {few + 1} words or more",
        f"a < {share['ALIKE']}, c < {share['UNRELATED_WORDS']} | no",
        f"c >= {share['MOSTLY_COMMON_WORDS']}, dates 1 or {verdicts.MAX_DAYS_APART} days apart | yes",
        f"c >= {share['RELATED_WORDS']}, no date to compare | yes with {few + 1} words or more",
        f"c >= {share['RELATED_WORDS']}, dates more than {verdicts.MAX_DAYS_APART} days apart | yes",
        f"yes with {some + 1} words or more",
        f"or c >= {share['MOSTLY_COMMON_WORDS']} |",
        f"dates more than {verdicts.MAX_DAYS_APART} days apart | `other_date`",
        f"with a >= {share['NEARLY_EQUAL']} also if it is up to {verdicts.MAX_DAYS_APART} days apart",
        f"a >= {share['NEARLY_EQUAL']}, and one title is the other without a subtitle that names no part",
        f"t < {share['TITLES_RELATED']} and more agrees",
        f"(`First`, `Second`), with t >= {share['TITLES_COMPARABLE']}",
        f"without its subtitle; or a >= {share['EQUAL_BUT_FOR_SIGNS']} and more agrees",
        f"one title is part of the other, or a >= {share['EQUAL_BUT_FOR_SIGNS']} |",
        f"`subtitle` | a >= {share['ALIKE']}, and one title is part of the other",
        f"the same name, and more agrees, or a >= {share['NEARLY_EQUAL']} and words are added",
        f"`near_title` | a >= {share['ALIKE']}, t >= {share['TITLES_ALIKE']}",
        f"`near_title` | a >= {share['NEARLY_EQUAL']}, t >= {share['TITLES_RELATED']}, and more agrees",
        f"`near_title` | c >= {share['MOSTLY_COMMON_WORDS']}, t >= {share['TITLES_ALIKE']}",
        f"a >= {share['NEARLY_EQUAL']} with {scores.MIN_TELLING_ABSTRACT} letters or more",
        f"apart with t >= {share['TITLES_ALIKE']} and a >= {share['RELATED']}, or a >= {share['ALIKE']}",
        f"more than {candidates.MAX_BLOCK} share",
        f"its {candidates.NEIGHBOURS} next neighbours",
        f"The newest {('two', 'three', 'four')[receipt.KEPT_RESULTS - 2]} results",
        f"the last {('nine', 'ten', 'eleven')[retention.KEPT_RELEASES - 9]}, nor younger than seven days",
        f"more than {release_diff.LOST_SHARE:.0%} and at least {release_diff.LEAST_LOST} lost".replace("%", " %"),
        f"from {change_notes.NOTICEABLE_POINTS:g} percentage points on",
    ):
        assert sentence in text
    assert retention.KEPT_DAYS == 7


def test_the_pages_name_the_limits_of_archives():
    text = read(DUMP_FORMAT)
    assert f"A member may unpack to {archives.MAX_MEMBER_BYTES >> 20} MiB" in text
    assert f"all of a file to {archives.MAX_ARCHIVE_BYTES >> 30} GiB" in text


def test_the_stages_of_the_architecture_are_those_of_the_pipeline():
    stages = read_table(read(ARCHITECTURE), "stage")
    assert stages["stage"].to_list() == re.findall(r'progress\.start\("(\w+)"\)', read(ROOT / "etl/pipeline.py"))
    written = " ".join(stages["writes"])
    assert [table for table in TABLES if f"`{table}`" not in written] == []


def test_the_glossary_is_in_order_and_has_the_words_of_the_house():
    words = read_table(read(ROOT / "docs/glossary.md"), "word")["word"].to_list()
    assert words == sorted(set(words))
    assert {
        "chrome",
        "dump",
        "golden record",
        "listing",
        "page",
        "paper",
        "quarantine",
        "release",
        "variant",
        "warehouse",
    } <= set(words)
