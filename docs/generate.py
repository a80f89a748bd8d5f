"""Writes the pages of the docs that are made from code; ``GENERATED`` lists them.

``python docs/generate.py`` writes them, ``--check`` says which of them are out of date; a test calls it so.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

DOCS: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent), str(DOCS)]

import typer.main  # noqa: E402 - after the path is set
from quality_page import render_quality  # noqa: E402
from queries_page import render_queries  # noqa: E402

from etl.cli import app  # noqa: E402
from schemas.changes import Changes  # noqa: E402
from schemas.dictionary import escape_markdown, render_dictionary, render_table  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SENTENCE_END: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z])")

RESULT_MARKS: Final = re.compile(r"(<!-- begin (\w+\.md) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
"""Where a page shows a result of ``bench/results``."""

CLI_PREFACE: Final = """\
# The command line

`paperhouse` and `python -m etl.cli` are the same command.
This page is made from the commands' own help by `docs/generate.py`.

Results go to stdout; progress, warnings and errors go to stderr.
An error is one sentence that says what happened, where, and how to mend it.
`PAPERHOUSE_DEBUG=1` adds the traceback of an error that nobody foresaw.
On a terminal, control characters in texts and file names are shown as escape sequences.
Files and pipes get every byte as it is.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | refused or failed; what was current in the warehouse still is |
| 2 | misuse: an option or argument that cannot be |
| 130 | stopped by Ctrl-C |
| 143 | stopped by SIGTERM or SIGHUP |

`paperhouse ui` ends with 0 when it is stopped, since that is how it ends.
"""


def render_cli() -> str:
    """Render all commands: what they do, their arguments and options, and examples."""
    program = typer.main.get_command(app)
    context = program.make_context("paperhouse", [], resilient_parsing=True)
    options = "\n".join(render_parameters(program, context, "option"))
    sections = [render_command(*found) for found in list_commands(program, context)]
    return "\n".join([CLI_PREFACE, f"Options of `paperhouse` itself:\n\n{options}\n", *sections])


def render_all_tables() -> str:
    """Render the tables of a release, and the one that is made beside releases."""
    return f"{render_dictionary()}\n{render_table('changes', Changes)}"


def list_commands(group: Any, parent: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - typer does not export its types
    """List a group's commands, and those of groups inside it, each with the context that it would run in."""
    for name, command in group.commands.items():
        context = command.context_class(command, info_name=name, parent=parent, terminal_width=100)
        yield command, context
        yield from list_commands(command, context) if hasattr(command, "commands") else ()


def render_command(command: Any, context: Any) -> str:  # noqa: ANN401
    """Render one command as a section."""
    summary, _, rest = command.help.partition("\n\n")
    parts = [f"## {context.command_path}", *map(render_paragraph, [summary, *rest.split("\n\n")])]
    parts.append(f"```text\n{context.get_usage().removeprefix('Usage: ')}\n```")
    for kind, title in (("argument", "Arguments"), ("option", "Options")):
        lines = list(render_parameters(command, context, kind))
        if lines:
            parts.append("\n".join([f"{title}:", "", *lines]))
    examples = [line.strip() for line in (command.epilog or "").splitlines()[2:]]
    if examples:
        parts.append("\n".join(["```sh", *examples, "```"]))
    return "\n\n".join(part for part in parts if part) + "\n"


def render_paragraph(text: str) -> str:
    """Render prose with one sentence per line, as all docs have it."""
    return "\n".join(map(escape_markdown, SENTENCE_END.split(" ".join(text.split()))))


def render_parameters(command: Any, context: Any, kind: str) -> Iterator[str]:  # noqa: ANN401
    """Render arguments or options as a list: how to write it, and what it does."""
    for parameter in command.get_params(context):
        if parameter.param_type_name == kind:
            spelling, meaning = parameter.get_help_record(context)
            yield f"- `{parameter.metavar if kind == 'argument' else spelling}`: {escape_markdown(meaning)}"


def render_performance() -> str:
    """Render the page of figures: what stands between its marks is what the benchmark has written last."""
    page = (DOCS / "performance.md").read_text(encoding="utf-8")
    return RESULT_MARKS.sub(lambda marks: f"{marks[1]}\n{read_result(marks[2])}\n{marks[3]}", page)


def read_result(name: str) -> str:
    """Read what a benchmark has written."""
    return (DOCS.parent / "bench" / "results" / name).read_text(encoding="utf-8")


GENERATED: Final[Mapping[str, Callable[[], str]]] = {
    "cli.md": render_cli,
    "dictionary.md": render_all_tables,
    "performance.md": render_performance,
    "quality.md": render_quality,
    "queries.md": render_queries,
}
"""Each generated page, and what makes it."""


def find_outdated() -> list[str]:
    """List the pages that are not as the code would make them now."""
    return [
        name
        for name, render in GENERATED.items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != render()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` compare them; 1 if any is out of date, 2 for other arguments."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    outdated = find_outdated()
    if arguments:
        for name in outdated:
            print(f"docs/{name} is out of date: run 'make docs'", file=sys.stderr)
        return 1 if outdated else 0
    for name in outdated:
        (DOCS / name).write_text(GENERATED[name](), encoding="utf-8", newline="\n")
        print(f"wrote docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
