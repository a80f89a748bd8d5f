"""The pages of the docs that are made from code are as the code would make them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import typer.main

from etl.cli import app

ROOT = Path(__file__).resolve().parents[2]
GENERATE = ROOT / "docs" / "generate.py"


def run_generate(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, check=False)


def test_the_generated_pages_are_up_to_date():
    done = run_generate(GENERATE, "--check")
    assert (done.returncode, done.stderr) == (0, ""), "run 'make docs'"


def copy_docs(tmp_path: Path) -> Path:
    """Copy the docs beside links to the code, so that they can be spoilt."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for package in ("bench", "etl", "schemas"):
        (tmp_path / package).symlink_to(ROOT / package)
    return tmp_path / "docs"


def test_a_page_that_is_out_of_date_is_named_and_mended(tmp_path: Path):
    docs = copy_docs(tmp_path)
    (docs / "cli.md").write_text("old", encoding="utf-8")
    (docs / "dictionary.md").unlink()
    check = run_generate(docs / "generate.py", "--check")
    assert check.returncode == 1
    assert check.stderr.splitlines() == [
        "docs/cli.md is out of date: run 'make docs'",
        "docs/dictionary.md is out of date: run 'make docs'",
    ]
    assert (docs / "cli.md").read_text(encoding="utf-8") == "old"
    assert run_generate(docs / "generate.py").stdout == "wrote docs/cli.md\nwrote docs/dictionary.md\n"
    assert run_generate(docs / "generate.py", "--check").returncode == 0


def test_other_arguments_are_misuse():
    assert run_generate(GENERATE, "--chekc").returncode == 2


def test_every_command_argument_and_option_is_in_the_docs():
    sections = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").split("\n## ")
    by_title = {section.partition("\n")[0]: section for section in sections}
    check_group(typer.main.get_command(app), "paperhouse", by_title)


def check_group(group: object, path: str, sections: dict[str, str]) -> None:
    for name, command in group.commands.items():
        section = sections[f"{path} {name}"]
        for parameter in command.params:
            for spelling in parameter.opts if parameter.param_type_name == "option" else [parameter.metavar]:
                assert spelling in section, f"{path} {name}: {spelling}"
        if hasattr(command, "commands"):
            check_group(command, f"{path} {name}", sections)
