"""How far a long command has got: a bar per stage on a terminal, plain lines in a log; both on stderr."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from etl.cli.terminal import say
from etl.escape import escape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.progress import TaskID

    Stages = Mapping[str, tuple[str, str]]

BUILD_STAGES: Final = {
    "collect": ("Reading and hashing the files", "files"),
    "extract": ("Extracting listings", "bytes"),
    "account": ("Accounting for every file", ""),
    "identify": ("Finding listings of the same paper", "tasks"),
    "date": ("Inferring the years of pages", "tasks"),
    "resolve": ("Making one row per paper", "tasks"),
    "publish": ("Publishing", ""),
}
"""Each stage of a build in words, and what its progress counts."""

SEARCH_STAGES: Final = {"index": ("Indexing words for the search", "papers")}
SAMPLE_STAGES: Final = {"sample": ("Inventing dumps", "dumps")}

_MEGABYTE: Final = 1_000_000
_LINE_EVERY_SECONDS: Final = 10.0


class BarProgress:
    """Bars with rate and time left, for a person at a terminal."""

    def __init__(self, stages: Stages, bars: Progress) -> None:
        self._stages = stages
        self._bars = bars
        self._task: TaskID | None = None

    def start(self, stage: str) -> None:
        """Show the next stage's bar; the one before is done."""
        self.finish()
        # Not before: while a build waits for the lock there is nothing to draw.
        self._bars.start()
        words, unit = self._stages.get(stage, (stage, ""))
        self._task = self._bars.add_task(words, total=None, unit=unit, step="")

    def advance(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total)

    def step(self, what: str) -> None:
        """Show what the stage is at."""
        if self._task is not None:
            self._bars.update(self._task, step=what)

    def tell(self, sentence: str) -> None:
        """Show a sentence above the bars."""
        self._bars.console.print(Text(f"  {escape_text(sentence)}"))

    def finish(self) -> None:
        """Fill the bar of the stage that is done."""
        if self._task is not None:
            task = self._bars.tasks[self._task]
            total = task.total or 1
            self._bars.update(self._task, completed=total, total=total, step="")
            self._bars.stop_task(self._task)
            self._task = None


class LineProgress:
    """One line as a stage begins and another every ten seconds while it lasts, for logs."""

    def __init__(self, stages: Stages, clock: Callable[[], float] = time.monotonic) -> None:
        self._stages = stages
        self._clock = clock
        self._unit = ""
        self._started = self._said = clock()
        self._number = 0

    def start(self, stage: str) -> None:
        """Say which stage begins."""
        words, self._unit = self._stages.get(stage, (stage, ""))
        self._number += 1
        self._started = self._said = self._clock()
        say(f"[{self._number}/{len(self._stages)}] {words}")

    def advance(self, done: int, total: int) -> None:
        """Say how far the stage is, unless it was said just now."""
        now = self._clock()
        if now - self._said >= _LINE_EVERY_SECONDS:
            self._said = now
            say(f"      {describe_amount(done, total, self._unit, now - self._started)}")

    def step(self, what: str) -> None:
        """Say nothing: the steps of publishing take no time worth a line."""

    def tell(self, sentence: str) -> None:
        """Say a sentence below the stage's line."""
        say(f"      {sentence}")


class _AmountColumn(TextColumn):
    """What is done of how much, the rate, and the time left; or the step that is under way."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        if task.fields["step"] or not task.fields["unit"] or not task.total:
            return Text(task.fields["step"])
        return Text(describe_amount(int(task.completed), int(task.total), task.fields["unit"], task.elapsed or 0.0))


@contextlib.contextmanager
def show_progress(stages: Stages) -> Iterator[BarProgress | LineProgress]:
    """Show progress while the block runs, in the way that suits stderr."""
    if not sys.stderr.isatty():
        yield LineProgress(stages)
        return
    words = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(finished_text=" "), words, BarColumn(24), TimeElapsedColumn(), _AmountColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    try:
        progress = BarProgress(stages, bars)
        yield progress
        progress.finish()
    finally:
        bars.stop()


def describe_amount(done: int, total: int, unit: str, seconds: float) -> str:
    """Say what is done, how fast, and how long the rest will take.

    >>> describe_amount(30_000_000, 120_000_000, "bytes", 2.0)
    '30.0 of 120.0 MB, 15.0 MB/s, 6 s left'
    >>> describe_amount(0, 7, "files", 0.0)
    '0 of 7 files'
    """
    scale, name = (_MEGABYTE, "MB") if unit == "bytes" else (1, unit)
    digits = 1 if unit == "bytes" else 0
    amount = f"{done / scale:,.{digits}f} of {total / scale:,.{digits}f} {name}"
    if not done or seconds <= 0:
        return amount
    rate = done / seconds
    left = "" if done >= total else f", {describe_duration((total - done) / rate)} left"
    return f"{amount}, {rate / scale:,.{digits}f} {name}/s{left}"


def describe_duration(seconds: float) -> str:
    """Say how long something takes.

    >>> describe_duration(5.4), describe_duration(125), describe_duration(7300)
    ('5 s', '2 min 5 s', '2 h 1 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
