"""One build at a time: a lock on the warehouse's ``.lock`` file, and who holds it.

The lock is the kernel's (``flock``): it ends with its process, however that dies, so a lock is never left behind.
The file only says who holds the lock, for people who wait. It is never unlinked, since a waiter on an unlinked file
would hold a lock nobody else can see.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import shlex
import socket
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from etl.errors import PaperhouseError
from etl.load.warehouse import WarehouseUnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from etl.load.warehouse import Warehouse

MAX_COMMAND_LENGTH: Final = 200
_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: the process, and when it took the lock (UTC, ISO 8601)."""

    pid: int
    host: str
    command: str
    since: str
    started: str | None
    """When the process itself started, in the kernel's count: a later process with the same number is another one."""

    def __str__(self) -> str:
        """Say who it is in words, for a message."""
        return f"process {self.pid} on {self.host} ({self.command}), since {self.since}"


class WarehouseLockedError(PaperhouseError):
    """Another process holds the lock, and waiting was not wanted."""

    def __init__(self, lock: Path, holder: Holder | None) -> None:
        """Name the warehouse and who holds it."""
        self.holder = holder
        who = holder or "another process (which one is not known)"
        super().__init__(f"the warehouse {lock.parent} is in use by {who}: wait for it (--wait), or end it")


class LockUnsupportedError(PaperhouseError):
    """The file system knows no locks, or cannot set one."""

    def __init__(self, lock: Path, error: OSError) -> None:
        """Name the lock and the system's reason."""
        super().__init__(
            f"the file system of {lock} cannot lock files ({error.strerror}): "
            "put the warehouse on a local disk, or on a file system that supports flock"
        )


class LockNotHeldError(PaperhouseError):
    """A step that changes the warehouse was called without its lock."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Name the lock."""
        super().__init__(
            f"the lock {warehouse.lock} is not held, or its file was removed: "
            "end all other builds of this warehouse, and build again"
        )


class Lock:
    """A lock that is held; good until its ``hold_lock`` ends."""

    def __init__(self, warehouse: Warehouse, descriptor: int) -> None:
        """Take over an open file whose lock is held."""
        self.warehouse = warehouse
        self._descriptor: int | None = descriptor

    def require(self, warehouse: Warehouse) -> None:
        """Make sure that this lock is held and is the one of ``warehouse``; raises ``LockNotHeldError`` otherwise.

        A lock file that somebody removed no longer keeps others out, so it does not count as held.
        """
        if self._descriptor is None or self.warehouse.root != warehouse.root:
            raise LockNotHeldError(warehouse)
        try:
            is_in_place = os.path.samestat(os.fstat(self._descriptor), warehouse.lock.stat())
        except FileNotFoundError:
            is_in_place = False
        if not is_in_place:
            raise LockNotHeldError(warehouse)

    def _release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            # A disk that takes no writes must not keep the lock: the name that stays counts only while we live.
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


@contextlib.contextmanager
def hold_lock(
    warehouse: Warehouse, *, wait: bool = True, on_wait: Callable[[Holder | None], None] | None = None
) -> Iterator[Lock]:
    """Hold the warehouse's lock while the ``with`` block runs.

    If another process holds it, ``on_wait`` is told who (None: not known yet), once, before the wait begins.

    Errors: with ``wait=False`` a lock that is held raises ``WarehouseLockedError``; a warehouse that cannot be written
            to raises ``WarehouseUnwritableError``; a file system without locks raises ``LockUnsupportedError``.
    """
    warehouse.create_folders()
    lock = Lock(warehouse, _acquire(warehouse.lock, wait=wait, on_wait=on_wait))
    try:
        yield lock
    finally:
        lock._release()  # noqa: SLF001 - nobody but this block may end the lock


def read_holder(path: Path) -> Holder | None:
    """Read who holds a lock that is known to be held; None where nobody alive is named.

    A holder that crashed leaves its name behind until the next one writes its own, so a name counts only while its
    process lives. Of a process on another host that cannot be seen from here; its name is taken as written.
    """
    try:
        holder = Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if holder.host != socket.gethostname():
        return holder
    is_same = _is_alive(holder.pid) and _read_start(holder.pid) == holder.started
    return holder if is_same else None


def _acquire(path: Path, *, wait: bool, on_wait: Callable[[Holder | None], None] | None) -> int:
    descriptor = _open_lock(path)
    try:
        if not _try_lock(path, descriptor):
            _wait_for_lock(path, descriptor, wait=wait, on_wait=on_wait)
        _write_holder(path, descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _wait_for_lock(path: Path, descriptor: int, *, wait: bool, on_wait: Callable[[Holder | None], None] | None) -> None:
    holder = read_holder(path)
    if not wait:
        raise WarehouseLockedError(path, holder)
    if on_wait:
        on_wait(holder)
    # A blocking flock would sleep on through Ctrl-C when the signal is taken by one of polars' threads.
    while not _try_lock(path, descriptor):
        time.sleep(_POLL_SECONDS)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise WarehouseUnwritableError(path, error) from error


def _try_lock(path: Path, descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise LockUnsupportedError(path, error) from error
    return True


def _write_holder(path: Path, descriptor: int) -> None:
    pid = os.getpid()
    holder = Holder(
        pid=pid,
        host=socket.gethostname(),
        command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])[:MAX_COMMAND_LENGTH],
        since=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        started=_read_start(pid),
    )
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)
    except OSError as error:
        raise WarehouseUnwritableError(path, error) from error


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read_start(pid: int) -> str | None:
    """Read when a process started; None on systems without ``/proc``."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    # The process's name stands in parentheses and may hold spaces and parentheses itself.
    return status.rpartition(")")[2].split()[19]
