"""``paperhouse verify``: whether a release is what it says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from etl.cli.endings import FAILED
from etl.cli.options import RELEASE_FORMS, JsonOption, WarehouseOption, show_examples
from etl.cli.terminal import write_json, write_text
from etl.escape import escape_text

if TYPE_CHECKING:
    from etl.load.inspection import Answer

EXAMPLES: Final = show_examples(
    "paperhouse verify", "paperhouse verify previous", "paperhouse verify copies/monday", "paperhouse verify --json"
)

_SHOWN: Final = 20


def verify(
    *,
    release: Annotated[str, typer.Argument(metavar="RELEASE", help=f"The release: {RELEASE_FORMS}.")] = "current",
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a whole release and check everything it says about itself.

    All faults that can be found are told, not only the first one; nothing is changed or mended.
    Of a release of another contract version, or with tables that are damaged, the rest is still looked at.
    Exit code 0 if no fault was found, 1 if there is one.
    """
    from etl.load.inspection import inspect_release  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.reader import find_release  # noqa: PLC0415

    folder = find_release(warehouse, release)
    if not as_json:
        write_text(f"Release in {escape_text(str(folder))}")
    answers = []
    for answer in inspect_release(folder):
        answers.append(answer)
        if not as_json:
            write_text(_render_answer(answer))
    fault_count = sum(len(answer.faults) for answer in answers)
    if as_json:
        write_json(_describe(str(folder), answers))
    else:
        write_text(f"{fault_count} fault{'' if fault_count == 1 else 's'} found." if fault_count else "No fault found.")
    if fault_count:
        raise typer.Exit(FAILED)


def _render_answer(answer: Answer) -> str:
    from etl.load.questions import QUESTIONS  # noqa: PLC0415

    lines = [f"{answer.status.upper():<12} {QUESTIONS[answer.question].sentence}"]
    for sentences in (answer.faults, answer.unchecked):
        lines += [f"{'':<12}   - {escape_text(sentence)}" for sentence in sentences[:_SHOWN]]
        if len(sentences) > _SHOWN:
            lines.append(f"{'':<12}   - and {len(sentences) - _SHOWN:,} more, which --json tells")
    return "\n".join(lines)


def _describe(folder: str, answers: list[Answer]) -> dict[str, Any]:
    return {
        "path": folder,
        "fault_count": sum(len(answer.faults) for answer in answers),
        "answers": [
            {
                "question": answer.question,
                "status": answer.status.value,
                "faults": list(answer.faults),
                "not_checked": list(answer.unchecked),
            }
            for answer in answers
        ],
    }
