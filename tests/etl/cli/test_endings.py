"""Every error is one sentence and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from etl.cli.endings import TerminatedError, explain_error, tell_errors
from etl.errors import PaperhouseError

ROOT = Path(__file__).resolve().parents[3]


STEERING = "\x1b[2J\nError: all is well\u202e"
PLAIN = "told"

WAITING_PROGRAM = """
import signal, typer
from etl.cli.endings import Program, stop_on_signals

app = typer.Typer(cls=Program, add_completion=False)

@app.callback()
def program():
    pass

@app.command()
def wait():
    print("ready", flush=True)
    signal.pause()

stop_on_signals()
app(["wait"])
"""


class PanicError(BaseException):
    """As polars raises it: no Exception."""


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (PaperhouseError("a.txt: it is torn; mend it"), 1, "Error: a.txt: it is torn; mend it"),
        (KeyboardInterrupt(), 130, "Stopped by Ctrl-C"),
        (TerminatedError(), 143, "Stopped by a signal"),
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), 1, "/x/y: No space left on device: free some space"),
        (PermissionError(errno.EACCES, "Permission denied", b"/x"), 1, "/x: Permission denied: check its permissions"),
        (OSError("odd"), 1, "odd: mend that"),
        (
            PanicError("parquet: underlying IO error: No space left on device (os error 28)"),
            1,
            "Error: a file could not be read or written (No space left on device): free some space",
        ),
        (MemoryError(), 1, "fewer --workers"),
        (PanicError("no entry\nfound"), 1, "something unexpected happened (PanicError: no entry): please report it"),
        (ValueError(), 1, "(ValueError: )"),
        (ArithmeticError("a page is torn"), 1, "whether one is damaged, 'paperhouse verify' tells"),
        (
            UnicodeEncodeError("utf-8", "caf\udce9", 3, 4, "surrogates not allowed"),
            1,
            "Error: a text or path that was given is not UTF-8 (caf\\udce9)",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_an_error_becomes_a_sentence_and_a_code(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(typer.Exit) as ended, tell_errors():
        raise error
    out, err = capsys.readouterr()
    assert (ended.value.exit_code, out) == (code, "")
    assert words in err
    assert err.count("\n") == 1


def test_what_a_file_is_called_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(typer.Exit), tell_errors():
        raise PaperhouseError(STEERING)
    assert capsys.readouterr().err == "Error: \\x1b[2J\\nError: all is well\\u202e\n"


def test_the_traceback_is_shown_to_those_who_ask_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PAPERHOUSE_DEBUG", "1")
    with pytest.raises(typer.Exit), tell_errors():
        raise ValueError(PLAIN)
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_the_traceback_of_a_foreseen_error_is_of_no_use_to_anybody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PAPERHOUSE_DEBUG", "1")
    with pytest.raises(typer.Exit), tell_errors():
        raise PaperhouseError(PLAIN)
    assert capsys.readouterr().err == "Error: told\n"


@pytest.mark.parametrize("ending", [typer.Exit(3), typer.BadParameter("x"), SystemExit(4)], ids=type)
def test_other_ways_to_end_are_left_alone(ending: BaseException, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(type(ending)), tell_errors():
        raise ending
    assert capsys.readouterr().err == ""


def test_the_reason_of_an_error_in_the_system_is_said():
    sentence, code = explain_error(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "gone.txt"))
    assert (sentence, code) == ("gone.txt: No such file or directory: check the path", 1)


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "a signal"), (signal.SIGHUP, 143, "a signal")],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else "",
)
def test_a_signal_ends_a_command_in_order(number: signal.Signals, code: int, words: str):
    command = [sys.executable, "-c", WAITING_PROGRAM]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert words in err
    assert err.count("\n") == 1
