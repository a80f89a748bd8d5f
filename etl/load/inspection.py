"""Everything a doubting reader would ask of a release, in that order; every fault is told, not only the first.

Works on a release in its warehouse and on a copy anywhere, reads all of it and writes nothing. What cannot be said of a
release of another contract version is said not to have been checked.
"""

from __future__ import annotations

import enum
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import shorten_error
from etl.load.manifest import ManifestUnreadableError, read_manifest
from etl.load.questions import QUESTIONS, READ_ERRORS, Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator


class Status(enum.StrEnum):
    """How a question was answered."""

    GOOD = "good"
    FAULTY = "faulty"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class Answer:
    """The answer to one question: all faults found, and what could not be checked and why."""

    question: str
    faults: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """Sum it up: a fault outweighs what was not checked."""
        if self.faults:
            return Status.FAULTY
        return Status.UNCHECKED if self.unchecked else Status.GOOD


def inspect_release(folder: Path) -> Iterator[Answer]:
    """Answer one question after the other, as soon as each is known; without a manifest the first one is the last."""
    try:
        manifest = read_manifest(folder)
    except ManifestUnreadableError as error:
        yield Answer("manifest", (str(error),))
        return
    with tempfile.TemporaryDirectory(prefix="paperhouse-") as workspace:
        inspection = Inspection(folder, manifest, Path(workspace))
        for name, question in QUESTIONS.items():
            inspection.faults, inspection.unchecked = [], []
            try:
                question.ask(inspection)
            except READ_ERRORS as error:
                inspection.faults.append(f"this could not be looked at ({shorten_error(error)})")
            yield Answer(name, tuple(inspection.faults), tuple(inspection.unchecked))
