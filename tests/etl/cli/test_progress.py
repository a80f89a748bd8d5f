"""Progress: bars for a terminal, lines for a log."""

from __future__ import annotations

import inspect
import io
import re

import pytest
from rich.console import Console
from rich.progress import Progress

from etl import pipeline
from etl.cli.progress import BUILD_STAGES, BarProgress, LineProgress, _AmountColumn, describe_amount, show_progress


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_stages_of_the_pipeline_have_words():
    started = re.findall(r'progress\.start\("(\w+)"\)', inspect.getsource(pipeline.build))
    assert started == list(BUILD_STAGES)


def test_a_log_gets_a_line_for_each_stage(capsys: pytest.CaptureFixture[str]):
    progress: pipeline.Progress = LineProgress(BUILD_STAGES, Clock())
    progress.start("collect")
    progress.advance(1, 2)
    progress.start("publish")
    progress.step("link")
    progress.tell("3 of 7 \x1b[31mdumps")
    assert capsys.readouterr().err == (
        "[1/7] Reading and hashing the files\n[2/7] Publishing\n      3 of 7 \\x1b[31mdumps\n"
    )


def test_a_log_gets_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]):
    clock = Clock()
    progress = LineProgress(BUILD_STAGES, clock)
    progress.start("extract")
    for second in range(1, 26):
        clock.now = float(second)
        progress.advance(second * 1_000_000, 100_000_000)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "      10.0 of 100.0 MB, 1.0 MB/s, 1 min 30 s left",
        "      20.0 of 100.0 MB, 1.0 MB/s, 1 min 20 s left",
    ]


def test_without_a_terminal_there_are_lines():
    with show_progress(BUILD_STAGES) as progress:
        assert isinstance(progress, LineProgress)


def render_bars(act: object) -> str:
    shown = io.StringIO()
    bars = Progress("{task.description}", _AmountColumn(), console=Console(file=shown, force_terminal=True, width=100))
    progress: pipeline.Progress = BarProgress(BUILD_STAGES, bars)
    act(progress)
    bars.stop()
    return shown.getvalue()


def test_bars_show_stages_amounts_and_steps():
    def act(progress: BarProgress) -> None:
        progress.start("collect")
        progress.advance(3, 7)
        progress.start("publish")
        progress.step("verify")
        progress.tell("3 of 7 [red]dumps")

    shown = render_bars(act)
    assert "3 of 7 [red]dumps" in shown
    assert "Reading and hashing the files" in shown
    assert "7 of 7 files" in shown, "a stage that is over is done"
    assert "verify" in shown


def test_bars_are_not_drawn_before_the_first_stage():
    assert render_bars(lambda _: None) == ""


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ((5, 10, "files", 2.0), "5 of 10 files, 2 files/s, 2 s left"),
        ((10, 10, "files", 2.0), "10 of 10 files, 5 files/s"),
        ((1_500_000, 3_600_000_000, "bytes", 1.0), "1.5 of 3,600.0 MB, 1.5 MB/s, 39 min 59 s left"),
        ((0, 0, "bytes", 1.0), "0.0 of 0.0 MB"),
    ],
)
def test_amounts_have_rate_and_time_left(amount: tuple[int, int, str, float], words: str):
    assert describe_amount(*amount) == words
