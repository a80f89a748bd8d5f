"""Work that an earlier build has done: a range whose rows are the same again is linked, not made again.

A task that takes long names the rows it works on. What it makes of them lies below ``made/`` of the stage's result,
under the task's name, with a note of what these rows were. A later build of the same code looks there first, so a new
dump, one that is gone, a decision or a given day costs only the ranges in which it changes a row.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import numpy as np

from etl.load.files import complete_folder, hash_below, hash_file, link_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import polars as pl

    from etl.stages.runs import Bucket

MADE_NAME: Final = "made"
_NOTE_NAME: Final = "note.json"
_SEEDS: Final = (0, 1)
_SEAL: Final = ".sha256"


@dataclass(frozen=True)
class RangeSpec:
    """A task's work: the result's folder, a range of keys, and earlier results from which the range may be taken."""

    folder: str
    bucket: Bucket
    before: tuple[str, ...]


class Plain(Protocol):
    """A task's receipt: a named tuple of plain values, ``is_kept`` among them."""

    def _asdict(self) -> dict[str, Any]:
        """Give the values by their names."""


Spec = TypeVar("Spec", bound=RangeSpec)
Receipt = TypeVar("Receipt", bound=Plain)


def make_once(
    spec: Spec,
    task: str,
    rows: Mapping[str, pl.DataFrame],
    make: Callable[[Spec], Receipt],
    *,
    kind: Callable[..., Receipt],
) -> Receipt:
    """Let a task write its files, or link those of an earlier result in which it had the same rows.

    ``make`` is a function of ``rows`` and of the range alone, and writes into the folder of the spec that it is given;
    ``kind`` is the class of its receipt, which says by ``is_kept`` whether the files were there already.
    """
    name = spec.bucket.name(task)
    target = Path(spec.folder, MADE_NAME, name)
    seen = hash_all(rows)
    for earlier in (Path(result, MADE_NAME, name) for result in spec.before):
        note = _read_note(earlier, seen)
        if note is not None:
            is_kept = True
            with complete_folder(target) as unfinished:
                _link_all([*note["files"], _NOTE_NAME], earlier, unfinished)
            break
    else:
        is_kept = False
        with complete_folder(target) as unfinished:
            receipt = make(replace(spec, folder=str(unfinished)))._asdict()
            note = {"seen": seen, "receipt": receipt, "files": hash_below(unfinished, besides=_NOTE_NAME)}
            (unfinished / _NOTE_NAME).write_text(json.dumps(note), "utf-8")
    _link_all(note["files"], target, Path(spec.folder))
    return kind(**{**note["receipt"], "is_kept": is_kept})


def hash_all(rows: Mapping[str, pl.DataFrame]) -> str:
    """Hash frames by their names: columns, types and rows, in whatever order the rows come."""
    digest = hashlib.sha256()
    for name, frame in sorted(rows.items()):
        digest.update(repr((name, frame.height, *frame.schema.items())).encode())
        if frame.height:
            hashes = [frame.hash_rows(seed).to_numpy() for seed in _SEEDS]
            order = np.lexsort(hashes)
            for some in hashes:
                digest.update(some[order].tobytes())
    return digest.hexdigest()


def seal_file(path: Path) -> None:
    """Put down beside a file what its bytes are."""
    path.with_suffix(_SEAL).write_text(hash_file(path), "utf-8")


def is_sealed(path: Path) -> bool:
    """Tell whether a file has the bytes that it was sealed with."""
    try:
        return path.with_suffix(_SEAL).read_text("utf-8") == hash_file(path)
    except (OSError, ValueError):
        return False


def _read_note(folder: Path, seen: str) -> dict[str, Any] | None:
    """Read what a task wrote and told, if it had the same rows and its files are what they were."""
    try:
        note = json.loads((folder / _NOTE_NAME).read_bytes())
        is_good = note["seen"] == seen and note["files"] == hash_below(folder, besides=_NOTE_NAME)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(note) if is_good else None


def _link_all(names: Iterable[str], source: Path, target: Path) -> None:
    for name in names:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)  # of a worker that died
        link_file(source / name, place)
