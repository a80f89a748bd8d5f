from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from etl.load import lock as lock_module
from etl.load.lock import (
    Holder,
    LockNotHeldError,
    LockUnsupportedError,
    WarehouseLockedError,
    hold_lock,
    read_holder,
)
from etl.load.warehouse import Warehouse, WarehouseUnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from etl.load.lock import hold_lock
from etl.load.warehouse import Warehouse
with hold_lock(Warehouse(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def hold_elsewhere(warehouse: Warehouse, repo_root: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the lock; it ends when its input is closed."""
    command = [sys.executable, "-c", HOLD, str(warehouse.root)]
    with subprocess.Popen(command, cwd=repo_root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_second_writer_is_told_who_holds_the_lock(warehouse: Warehouse, repo_root: Path) -> None:
    with (
        hold_elsewhere(warehouse, repo_root) as process,
        pytest.raises(WarehouseLockedError) as caught,
        hold_lock(warehouse, wait=False),
    ):
        pytest.fail("two processes hold one lock")

    holder = caught.value.holder
    assert holder
    assert holder.pid == process.pid
    assert f"is in use by process {process.pid} on {holder.host}" in str(caught.value)
    assert holder.since in str(caught.value)


def test_waiter_is_told_who_holds_the_lock_and_gets_it_then(warehouse: Warehouse, repo_root: Path) -> None:
    told: list[Holder | None] = []

    with hold_elsewhere(warehouse, repo_root) as process:

        def let_go(holder: Holder | None) -> None:
            told.append(holder)
            assert process.stdin
            process.stdin.close()

        with hold_lock(warehouse, on_wait=let_go) as lock:
            lock.require(warehouse)

    assert [holder.pid for holder in told if holder] == [process.pid]


def test_nobody_is_told_when_the_lock_is_free(warehouse: Warehouse) -> None:
    with hold_lock(warehouse, on_wait=lambda _: pytest.fail("nobody holds the lock")):
        pass


def test_lock_of_a_killed_process_is_free(warehouse: Warehouse, repo_root: Path) -> None:
    with hold_elsewhere(warehouse, repo_root) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()

        assert json.loads(warehouse.lock.read_text(encoding="utf-8"))["pid"] == process.pid
        with hold_lock(warehouse, wait=False) as lock:
            lock.require(warehouse)


def test_name_of_a_dead_holder_is_not_told(warehouse: Warehouse, repo_root: Path) -> None:
    with hold_elsewhere(warehouse, repo_root) as process:
        process.kill()
        process.wait()
    with warehouse.lock.open("rb") as next_holder:
        fcntl.flock(next_holder, fcntl.LOCK_EX)

        with (
            pytest.raises(WarehouseLockedError, match="in use by another process") as caught,
            hold_lock(warehouse, wait=False),
        ):
            pytest.fail("two hold one lock")

    assert caught.value.holder is None


def test_process_number_given_again_is_another_process(warehouse: Warehouse) -> None:
    with hold_lock(warehouse):
        note = json.loads(warehouse.lock.read_text(encoding="utf-8"))
        assert read_holder(warehouse.lock) == Holder(**note)
        warehouse.lock.write_text(json.dumps(note | {"started": "1"}), encoding="utf-8")

        assert read_holder(warehouse.lock) is None


def test_holder_on_another_host_is_taken_as_written(warehouse: Warehouse) -> None:
    warehouse.create_folders()
    holder = Holder(
        pid=1, host="elsewhere", command="paperhouse build", since="2025-10-29T00:00:00+00:00", started=None
    )
    warehouse.lock.write_text(json.dumps(vars(holder)), encoding="utf-8")

    assert read_holder(warehouse.lock) == holder


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\x00"])
def test_note_that_is_no_holder_is_nobody(warehouse: Warehouse, text: str) -> None:
    warehouse.create_folders()
    warehouse.lock.write_text(text, encoding="utf-8")

    assert read_holder(warehouse.lock) is None


def test_lock_file_stays_and_is_empty_when_nobody_holds_it(warehouse: Warehouse) -> None:
    with hold_lock(warehouse):
        before = warehouse.lock.stat().st_ino

    assert warehouse.lock.read_bytes() == b""
    assert warehouse.lock.stat().st_ino == before


def test_lock_is_free_after_an_error(warehouse: Warehouse) -> None:
    with pytest.raises(ZeroDivisionError), hold_lock(warehouse):
        raise ZeroDivisionError

    with hold_lock(warehouse, wait=False):
        pass


def test_lock_ends_with_its_block(warehouse: Warehouse) -> None:
    with hold_lock(warehouse) as lock:
        lock.require(warehouse)

    with pytest.raises(LockNotHeldError):
        lock.require(warehouse)


def test_lock_of_another_warehouse_does_not_count(warehouse: Warehouse, tmp_path: Path) -> None:
    with hold_lock(warehouse) as lock, pytest.raises(LockNotHeldError):
        lock.require(Warehouse(tmp_path / "other"))


def test_lock_whose_file_was_removed_does_not_count(warehouse: Warehouse) -> None:
    with hold_lock(warehouse) as lock:
        warehouse.lock.unlink()

        with pytest.raises(LockNotHeldError, match="its file was removed"):
            lock.require(warehouse)


def test_lock_that_is_a_link_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.create_folders()
    warehouse.lock.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(WarehouseUnwritableError), hold_lock(warehouse):
        pytest.fail("a link was followed")
    assert not (tmp_path / "elsewhere").exists()


def test_file_system_without_locks_is_named(monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(lock_module.fcntl, "flock", refuse)

    with pytest.raises(LockUnsupportedError, match="put the warehouse on a local disk"), hold_lock(warehouse):
        pytest.fail("no lock, no block")


def test_command_is_told_but_not_at_any_length(monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/paperhouse", "build", "a b", "x" * 1000])

    with hold_lock(warehouse):
        holder = read_holder(warehouse.lock)

    assert holder
    assert holder.command.startswith("paperhouse build 'a b' xxx")
    assert len(holder.command) == lock_module.MAX_COMMAND_LENGTH
