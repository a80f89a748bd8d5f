"""Stage 1, collect: which files are named, what their bytes are, and which days the user gives them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.errors import PaperhouseError
from etl.extract.archives import unpack
from etl.extract.files import InputFile, InputUnreadableError, escape_name, find_files, find_sidecars, read_file
from etl.extract.parse import identify_dump
from etl.stages.members import keep_member
from etl.stages.page_days import PageDays, gather_page_days
from etl.stages.receipt import Receipt, run_stage

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse

INPUT_SCHEMA: Final = {
    "path": pl.String,
    "member": pl.String,
    "dump_id": pl.String,
    "status": pl.String,
    "reason": pl.String,
    "given_page_on": pl.Date,
    "given_by": pl.String,
}

PLAN_SCHEMA: Final = {"dump_id": pl.String, "path": pl.Binary, "name": pl.String, "byte_count": pl.Int64}
"""The private list of distinct dumps: where the bytes of each can be read."""


class NothingReadableError(PaperhouseError):
    """Inputs of which not one could be read."""

    def __init__(self) -> None:
        super().__init__("none of the inputs can be read; a release without a single dump is not published")


@dataclass(frozen=True)
class InputOptions:
    """What the user names: files and folders, days of pages, what may be skipped, people's decisions."""

    roots: tuple[Path, ...]
    page_days: Mapping[str, dt.date] = field(default_factory=dict)
    skip_unreadable: bool = False
    decisions: Path | None = None
    page_days_from_names: bool = False


def collect_inputs(
    warehouse: Warehouse, options: InputOptions, *, on_progress: Callable[[int, int], None] | None = None
) -> Receipt:
    """Read and hash every named file once; write down what was named and the plan of distinct dumps.

    Errors: ``PaperhouseError`` for a missing input, an unreadable one (unless skipped), a day given for no input, or
    two for one.
    """
    files = find_files(options.roots)
    days = gather_page_days(
        files, find_sidecars(options.roots), options.page_days, from_names=options.page_days_from_names
    )
    inputs, plan = _read_all(warehouse, files, days, on_progress, skip_unreadable=options.skip_unreadable)
    if plan.is_empty():
        raise NothingReadableError

    roots = sorted(escape_name(root.resolve()) for root in options.roots)

    def write(folder: Path) -> Mapping[str, int | str]:
        inputs.write_parquet(folder / "inputs.parquet", compression="zstd", compression_level=1)
        (folder / "roots.json").write_text(json.dumps(roots), "utf-8")
        plan.write_parquet(folder / "plan.parquet", compression="zstd", compression_level=1)
        return {
            "inputs": inputs.height,
            "dumps": plan.height,
            "bytes": int(plan["byte_count"].sum()),
            "unreadable": inputs.filter(pl.col("status") == "unreadable").height,
        }

    return run_stage(warehouse, "collect", [roots, inputs.rows(), plan.rows()], write)


def read_plan(folder: Path) -> pl.DataFrame:
    """Read the plan back: one row per distinct dump, sorted by ``dump_id``."""
    return pl.read_parquet(folder / "plan.parquet", glob=False)


def read_roots(folder: Path) -> list[str]:
    """Read back which files and folders were named, as absolute paths."""
    roots: list[str] = json.loads((folder / "roots.json").read_text("utf-8"))
    return roots


def read_inputs(folder: Path) -> pl.DataFrame:
    """Read back what was named: one row per file or archive member, as :data:`INPUT_SCHEMA`."""
    return pl.read_parquet(folder / "inputs.parquet", glob=False)


def _read_all(
    warehouse: Warehouse,
    files: list[InputFile],
    days: PageDays,
    on_progress: Callable[[int, int], None] | None,
    *,
    skip_unreadable: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    inputs: list[dict[str, object]] = []
    plan: dict[str, dict[str, object]] = {}
    for number, file in enumerate(files, start=1):
        try:
            dumps = list(_read_dumps(warehouse, file))
            if not dumps:
                raise InputUnreadableError(file.name, "the archive holds no dump")  # noqa: TRY301 - told like the others
        except InputUnreadableError as error:
            if not skip_unreadable:
                raise
            inputs.append(_tell_input(file, None, days) | {"status": "unreadable", "reason": error.reason})
        else:
            for member, dump in dumps:
                inputs.append(_tell_input(file, member, days) | {"status": "read", "dump_id": dump["dump_id"]})
                plan.setdefault(str(dump["dump_id"]), dump)
        if on_progress is not None:
            on_progress(number, len(files))
    return (
        pl.DataFrame(inputs, schema=INPUT_SCHEMA).sort("path", "member"),
        pl.DataFrame(list(plan.values()), schema=PLAN_SCHEMA).sort("dump_id"),
    )


def _tell_input(file: InputFile, member: str | None, days: PageDays) -> dict[str, object]:
    given = days.find(file, member)
    given_on, given_by = given or (None, None)
    return {"path": file.name, "member": member, "given_page_on": given_on, "given_by": given_by}


def _read_dumps(warehouse: Warehouse, file: InputFile) -> Iterator[tuple[str | None, dict[str, object]]]:
    """Read the dumps of a file: itself, or the members of an archive, which are kept for the work units."""
    raw = read_file(file)
    for member in unpack(raw, file.name):
        dump_id = identify_dump(member.raw)
        path = file.path if member.raw is raw else keep_member(warehouse, dump_id, member.raw)
        place = {"dump_id": dump_id, "path": bytes(path), "name": file.name, "byte_count": len(member.raw)}
        yield member.name, place
