"""Every example of the docs runs, or says above itself why it cannot: ``<!-- not run: because -->``."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from etl.load.query import Extension, run_select
from etl.load.reader import open_release
from etl.load.warehouse import Warehouse
from etl.search.index import find_index
from tests.docs.test_docs import DOCS, run_paperhouse

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<why>.+) -->\n+)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
ELSEWHERE = {
    "README.md": "tests/docs/test_docs.py runs its commands and snippets",
    "consumers.md": "tests/checkers/test_consumers.py runs each snippet with the program it is for",
    "operate.md": "tests/docs/test_operate.py runs its commands, each in a warehouse of its own",
    "cli.md": "its examples are the commands' own, and tests/etl/cli/test_program.py hands them to the commands",
}
RUNNING = ("python", "sh", "sql")


class Example(NamedTuple):
    page: str
    language: str
    text: str
    why_not: str | None


def list_examples(path: Path) -> list[Example]:
    found = BLOCK.finditer(path.read_text(encoding="utf-8"))
    return [Example(path.name, block["language"], block["text"], block["why"]) for block in found]


EXAMPLES = [example for path in DOCS if path.name not in ELSEWHERE for example in list_examples(path)]
RUN = [example for example in EXAMPLES if example.language in RUNNING and example.why_not is None]


@pytest.fixture(scope="session")
def indexed(clone: Path) -> Path:
    done = run_paperhouse(["search", "--build"], clone)
    assert done.returncode == 0, done.stderr
    return clone


def run_sql(text: str, clone: Path) -> None:
    warehouse = Warehouse(clone / "warehouse" / "data")
    release = open_release(warehouse)
    index = find_index(warehouse, release)
    assert index
    run_select(release, text, extension=Extension(index.catalog, index.files))


def run_python(text: str, clone: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text], cwd=clone, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def run_commands(text: str, clone: Path) -> None:
    for line in text.replace("\\\n", " ").splitlines():
        program, *arguments = shlex.split(line, comments=True) or ["paperhouse", "--version"]
        assert program in {"paperhouse", ".venv/bin/paperhouse"}, f"nothing here can run {program}: say why above it"
        done = run_paperhouse(arguments, clone)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", RUN, ids=lambda example: f"{example.page}: {example.text[:40]!r}")
def test_an_example_of_the_docs_runs(example: Example, indexed: Path):
    {"python": run_python, "sh": run_commands, "sql": run_sql}[example.language](example.text, indexed)


def test_what_is_not_run_says_why():
    assert all(len(example.why_not.split()) >= 3 for example in EXAMPLES if example.why_not is not None)


def test_every_view_and_macro_has_an_example_that_runs():
    assert len([example for example in RUN if example.language == "sql"]) >= 19
