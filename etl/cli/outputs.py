"""Where an answer goes: a file that appears when it is whole, a pipe, or a terminal that must be kept safe.

Files and pipes get the bytes as they are. On a terminal, control characters are escaped in every format: the values
are other people's texts.
"""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from typing import TYPE_CHECKING, BinaryIO, Protocol

from etl.cli.terminal import find_width, write_bytes
from etl.escape import escape_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Output(Protocol):
    """Takes an answer, text by text or bytes by bytes."""

    @property
    def width(self) -> int | None:
        """How long a line may be; None for as long as it likes."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


class StdoutOutput:
    """Stdout, whatever it is."""

    def __init__(self) -> None:
        self.width = find_width(sys.stdout)
        self._is_terminal = sys.stdout.isatty()

    def write(self, data: bytes, /) -> None:
        """Write the bytes; to a terminal, with line ends as all that may steer it."""
        write_bytes(escape_lines(data.decode()).encode() if self._is_terminal else data)


class FileOutput:
    """An open file."""

    width: int | None = None

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes, /) -> None:
        """Write the bytes."""
        self._file.write(data)


@contextlib.contextmanager
def open_output(path: Path | None) -> Iterator[Output]:
    """Open stdout, or a file that takes its name, and the place of an older one, only when the block ends well."""
    if path is None:
        yield StdoutOutput()
    elif path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield FileOutput(device)
    else:
        unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            with _create(unfinished, path) as file:
                yield FileOutput(file)
            unfinished.replace(os.path.realpath(path))
        finally:
            unfinished.unlink(missing_ok=True)


def _create(unfinished: Path, path: Path) -> BinaryIO:
    try:
        return unfinished.open("xb")
    except OSError as error:
        # The name that was asked for is the one to mend.
        raise OSError(error.errno, error.strerror, str(path)) from error
