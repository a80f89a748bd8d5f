"""The folder a sample is written to: new, empty, or an earlier sample that the new one replaces."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from etl.sample.errors import SampleTargetError
from etl.sample.readme import MARK
from etl.sample.truth import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTE: Final = "README.md"
TRUTH: Final = "_truth"
UNFINISHED_TRUTH: Final = "_truth.unfinished"
_DUMP_NAME: Final = re.compile(r"page-[0-9]{6}\.txt")


@contextmanager
def open_target(out: Path, note: str) -> Iterator[Path]:
    """Clear a folder for a sample and give the place for its truth, which gets its name only when all went well.

    The note comes first, so that a sample that was broken off can be told from other files, and be replaced.
    Errors: ``SampleTargetError`` for a place that holds other things than a sample, or that cannot be written.
    """
    try:
        _refuse_other_files(out)
        out.mkdir(parents=True, exist_ok=True)
        _remove_sample(out)
        (out / NOTE).write_text(note, encoding="utf-8", newline="\n")
        unfinished = out / UNFINISHED_TRUTH
        unfinished.mkdir()
        yield unfinished
        unfinished.rename(out / TRUTH)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SampleTargetError(out, f"the sample cannot be written: {reason}", "name a folder that can be") from error


def _refuse_other_files(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise SampleTargetError(out, "it is a file", "name a new or an empty folder")
    names = sorted(path.name for path in out.iterdir())
    foreign = [name for name in names if not _is_of_sample(name)]
    if foreign:
        raise SampleTargetError(
            out, f"the folder holds other files, such as {foreign[0]}", "name a new or an empty folder"
        )
    if names and not _has_note(out):
        raise SampleTargetError(out, "the folder is not empty and no earlier sample", "name a new or an empty folder")


def _is_of_sample(name: str) -> bool:
    return name in (NOTE, TRUTH, UNFINISHED_TRUTH) or _DUMP_NAME.fullmatch(name) is not None


def _has_note(out: Path) -> bool:
    note = out / NOTE
    return note.is_file() and note.read_bytes().startswith(MARK.encode() + b"\n")


def _remove_sample(out: Path) -> None:
    """Remove an earlier sample, but for its note, by which what is left after a fault is still known as a sample."""
    for folder in (out / TRUTH, out / UNFINISHED_TRUTH):
        if folder.exists():
            for table in TABLES:
                (folder / f"{table}.parquet").unlink(missing_ok=True)
            folder.rmdir()
    for path in sorted(out.iterdir()):
        if path.name != NOTE:
            path.unlink()
