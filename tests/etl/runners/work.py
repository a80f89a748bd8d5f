"""Work for the runners' tests: workers import it by name, so it stands in a module of its own."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

from etl.errors import PaperhouseError


class SpoiltError(PaperhouseError):
    """An error that takes data and builds its own message, as all of the project's do."""

    def __init__(self, name: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{name}: {reason}; mend it")


class Spec(NamedTuple):
    """A piece of work: its number, and the folder it may leave marks in."""

    number: int
    folder: str = ""


def square(spec: Spec) -> int:
    """Do something."""
    return spec.number**2


def name_process(_: Spec) -> int:
    """Tell which process works."""
    return os.getpid()


def report_threads(_: Spec) -> tuple[int, int]:
    """Tell how many threads polars and Arrow have."""
    import polars as pl  # noqa: PLC0415 - a worker's settings are made before it imports them
    import pyarrow as pa  # noqa: PLC0415

    return pl.thread_pool_size(), pa.cpu_count()


def die_at_first(spec: Spec) -> int:
    """Kill the worker, unless this was tried before; work 0 only."""
    mark = Path(spec.folder, "tried")
    if spec.number == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return spec.number


def die_always(spec: Spec) -> int:
    """Kill the worker every time; work 0 only. Leaves a mark for each try."""
    if spec.number == 0:
        Path(spec.folder, f"try-{os.getpid()}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return spec.number


def die_among_others(spec: Spec) -> int:
    """Kill the worker every time; work 0 only. All other work takes a while, so that some is always under way."""
    if spec.number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return sum(range(3_000_000)) * 0 + spec.number


def fail(spec: Spec) -> int:
    """Raise an error of the language; work 1 only."""
    if spec.number == 1:
        message = "no such thing"
        raise LookupError(message)
    return spec.number


def fail_with_data(spec: Spec) -> int:
    """Raise an error of the project; work 1 only."""
    if spec.number == 1:
        name, reason = "page.txt", "it is torn"
        raise SpoiltError(name, reason)
    return spec.number


def tell_and_wait(_: Spec) -> None:
    """Tell that the work has begun, and go on for longer than anybody waits; whoever is forgotten says so at last."""
    os.write(1, b"at work\n")
    time.sleep(120)
    os.write(1, b"forgotten\n")
    os._exit(1)


def count_at_work(spec: Spec) -> int:
    """Count how many are at work now, by the marks they leave while they are."""
    mark = Path(spec.folder, f"at-work-{spec.number}")
    mark.touch()
    found = len(list(Path(spec.folder).iterdir()))
    mark.unlink()
    return found
