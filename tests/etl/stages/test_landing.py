"""When new dumps are believed: looks at a folder in which files are copied, replaced and taken away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from etl.extract import files
from etl.extract.files import InputMissingError
from etl.stages.landing import Memory, Verdict, judge_look, look_at

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_700_000_000.0
REST = 10.0


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    put(folder / "first.txt", b"page", age=100)
    return folder


def put(path: Path, content: bytes, *, age: float) -> None:
    """Write a file that was changed so many seconds ago."""
    path.write_bytes(content)
    os.utime(path, ns=(0, int((NOW - age) * 1e9)))


def watch(landing: Path, memory: Memory | None = None, *, now: float = NOW) -> Verdict:
    return judge_look(look_at([landing], now=now, rest_seconds=REST), memory or Memory())


def settle(landing: Path, memory: Memory | None = None) -> Verdict:
    """Look twice, as the sensor does."""
    return watch(landing, watch(landing, memory).memory)


def test_the_files_that_are_there_are_built_once(landing: Path):
    first = watch(landing)
    assert not first.is_due
    second = watch(landing, first.memory)
    assert second.is_due
    third = watch(landing, second.memory)
    assert (third.is_due, third.reason[:9]) == (False, "No change")


def test_a_file_that_grows_between_two_looks_is_not_built(landing: Path):
    memory = settle(landing).memory
    put(landing / "second.txt", b"half", age=60)  # its time is kept by the copying program: only the size tells
    growing = watch(landing, memory)
    put(landing / "second.txt", b"half and half", age=60)
    grown = watch(landing, growing.memory)
    assert (growing.is_due, grown.is_due) == (False, False)
    assert watch(landing, grown.memory).is_due


def test_a_file_that_was_written_just_now_is_waited_for(landing: Path):
    memory = settle(landing).memory
    put(landing / "second.txt", b"half", age=1)
    waiting = settle(landing, memory)
    assert (waiting.is_due, waiting.reason) == (False, "Waiting until 'second.txt' stays as it is.")
    put(landing / "third.txt", b"half", age=2)
    assert watch(landing, memory).reason == "Waiting until 'second.txt' and 1 others stays as it is."
    assert watch(landing, settle(landing, memory).memory, now=NOW + 20).is_due


def test_a_clock_that_is_ahead_holds_up_nothing(landing: Path):
    put(landing / "second.txt", b"page", age=-3600)
    assert settle(landing).is_due


@pytest.mark.parametrize("name", [".second.txt", "_second.txt", "second.txt.part", "second.txt.crdownload"])
def test_a_name_that_is_no_input_changes_nothing(landing: Path, name: str):
    memory = settle(landing).memory
    put(landing / name, b"half", age=1)
    assert watch(landing, memory).reason.startswith("No change")


def test_a_transfer_that_ends_with_a_new_name_is_built(landing: Path):
    memory = settle(landing).memory
    put(landing / ".second.txt.x7", b"page", age=60)
    (landing / ".second.txt.x7").rename(landing / "second.txt")
    assert settle(landing, memory).is_due


def test_a_file_that_is_replaced_in_place_is_built_again(landing: Path):
    memory = settle(landing).memory
    put(landing / "first.txt", b"edit", age=50)
    assert settle(landing, memory).is_due


def test_a_file_that_is_replaced_by_one_of_the_same_size_and_time_is_built_again(landing: Path):
    memory = settle(landing).memory
    put(landing / ".new", b"edit", age=100)
    (landing / ".new").rename(landing / "first.txt")
    assert settle(landing, memory).is_due


def test_a_file_that_is_taken_away_is_built_without_and_with_again_when_it_is_back(landing: Path):
    put(landing / "second.txt", b"page", age=90)
    both = settle(landing)
    (landing / "second.txt").rename(landing.parent / "second.txt")
    one = settle(landing, both.memory)
    (landing.parent / "second.txt").rename(landing / "second.txt")
    again = settle(landing, one.memory)
    assert [both.is_due, one.is_due, again.is_due] == [True, True, True]
    assert len({both.run_key, one.run_key, again.run_key}) == 3  # Dagster starts no run for a key it has seen


def test_a_file_that_vanishes_during_the_look_is_waited_for(landing: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "_look_at", lambda _: None)
    look = look_at([landing], now=NOW, rest_seconds=REST)
    assert (look.restless, look.file_count) == (("first.txt",), 0)
    assert not judge_look(look, Memory(seen=look.fingerprint)).is_due


@pytest.mark.parametrize("emptied", [False, True])
def test_a_folder_that_is_missing_or_empty_is_said_to_be(landing: Path, *, emptied: bool):
    (landing / "first.txt").unlink()
    if not emptied:
        landing.rmdir()
    with pytest.raises(InputMissingError, match="holds no dump" if emptied else "no such file or folder"):
        watch(landing)


def test_a_memory_is_kept_as_text_and_a_spoilt_one_is_forgotten():
    memory = Memory(seen="a", asked_for="b", requests=3)
    assert Memory.from_json(memory.to_json()) == memory
    assert [Memory.from_json(text) for text in (None, "", "no json", '{"other": 1}', "[]", "7")] == [Memory()] * 6
