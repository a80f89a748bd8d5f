"""Outputs: a file is whole or as it was, a device is written to, stdout is stdout."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from etl.cli.outputs import StdoutOutput, open_output

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_takes_its_name_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "a"
    with open_output(path) as output:
        output.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_older_file(tmp_path: Path):
    path = tmp_path / "a"
    path.write_bytes(b"older")

    def break_off() -> None:
        with open_output(path) as output:
            output.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"older")
    with open_output(tmp_path / "link") as output:
        output.write(b"newer")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"newer"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with open_output(pipe) as output:
        output.write(b"through")
    reader.join()
    assert got == [b"through"]
    assert pipe.is_fifo()


def test_without_a_file_it_is_stdout(capfdbinary: pytest.CaptureFixture[bytes]):
    with open_output(None) as output:
        assert isinstance(output, StdoutOutput)
        assert output.width is None
        output.write(b"\x1b\x00bytes")
    assert capfdbinary.readouterr().out == b"\x1b\x00bytes"
