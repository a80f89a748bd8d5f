"""The command as a whole: help, version, what it imports, and how it ends."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer.main

from etl.cli import app
from etl.version import PACKAGE_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = typer.main.get_command(app)


def list_commands(group: object, *before: str) -> dict[str, object]:
    """List all commands by the words that call them; a group of commands is none itself."""
    found = {}
    for name, command in group.commands.items():
        is_group = hasattr(command, "commands")
        found |= list_commands(command, *before, name) if is_group else {" ".join([*before, name]): command}
    return found


COMMANDS = list_commands(PROGRAM)

HEAVY = ("assets", "dagster", "duckdb", "etl.pipeline", "pandera", "polars", "pyarrow", "rich", "schemas")


def test_the_commands_are_these():
    assert {"build", "sql", "describe", "releases", "sample", "ui"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_and_shows_examples(name: str):
    command = COMMANDS[name]
    assert len(command.help.split()) >= 10
    assert command.epilog.splitlines()[1] == "Examples:"


@pytest.mark.parametrize(
    ("name", "parameter"),
    [(name, parameter) for name, command in COMMANDS.items() for parameter in command.params],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_an_argument_or_option_says_what_it_means(name: str, parameter: object):
    assert parameter.help, f"{name}: {parameter.name} has no help"
    assert parameter.help[0].isupper()
    assert parameter.help.endswith(".")
    assert parameter.metavar or parameter.is_flag or parameter.type_descriptor.is_choice


@pytest.mark.parametrize("name", PROGRAM.commands)
def test_the_summary_of_a_command_fits_the_list(name: str):
    context = PROGRAM.make_context("paperhouse", [], resilient_parsing=True, terminal_width=80)
    assert PROGRAM.commands[name].help.partition("\n")[0] in context.get_help()


@pytest.mark.parametrize(
    "example",
    [line.strip() for command in COMMANDS.values() for line in command.epilog.splitlines()[2:]],
)
def test_an_example_is_one_that_the_command_accepts(example: str):
    program, *words = shlex.split(example.partition(" < ")[0])
    assert program == "paperhouse"
    name = next(name for name in COMMANDS if words[: len(name.split())] == name.split())
    COMMANDS[name].make_context(name, words[len(name.split()) :])


@pytest.mark.parametrize(
    "arguments", [[], *(name.split() for name in COMMANDS)], ids=lambda value: " ".join(value) or "all"
)
def test_help_imports_nothing_heavy(arguments: list[str]):
    code = (
        "import sys\n"
        "from etl.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        f"    print('heavy:', [name for name in {HEAVY!r} if name in sys.modules], end.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: paperhouse")
    assert done.stdout.endswith("heavy: [] 0\n")


def test_the_version_is_that_of_the_package(run: Callable):
    done = run("--version")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"paperhouse {PACKAGE_VERSION} ")


def test_no_command_is_misuse_and_shows_the_help(run: Callable):
    done = run()
    assert done.exit_code == 2
    assert "Commands:" in done.output


@pytest.mark.parametrize(
    "arguments",
    [["unknown"], ["build"], ["build", "x", "--workers", "0"], ["build", "x", "--unknown"], ["sql", "x", "-f", "xml"]],
    ids=" ".join,
)
def test_misuse_ends_with_two_and_points_to_the_help(run: Callable, arguments: list[str]):
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "--help' for help" in done.stderr
    assert "Traceback" not in done.stderr


def test_misuse_shows_no_control_characters(run: Callable):
    done = run("build", "x", "--workers", "\x1b[31m")
    assert done.exit_code == 2
    assert "\x1b" not in done.stderr


def test_the_installed_command_starts_at_main():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^paperhouse = "etl.cli:main"$', text, re.MULTILINE)


def test_a_process_of_its_own_says_the_same_name(spawn: Callable):
    done = spawn("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: paperhouse [OPTIONS] COMMAND")
