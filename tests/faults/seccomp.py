"""Stopping a process at each of its file-system calls, with the kernel's seccomp notifications.

The process asks for a filter (:func:`install_filter`) and hands the listener to another one, which then hears of every
call before it is made, of all threads and libraries alike, and lets it go on, fail or never return. Unlike a patch of
Python's ``os`` this sees what DuckDB, Arrow and polars do; unlike a tracer it counts the calls of all threads in one
order. Linux on x86-64 only.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import struct
import sys
from pathlib import Path
from typing import Final, NamedTuple

WRITING: Final = {
    "write": 1, "pwrite64": 18, "writev": 20, "pwritev": 296, "pwritev2": 328, "sendfile": 40, "copy_file_range": 326,
    "creat": 85, "fsync": 74, "fdatasync": 75, "sync_file_range": 277, "truncate": 76, "ftruncate": 77,
    "fallocate": 285, "rename": 82, "renameat": 264, "renameat2": 316, "link": 86, "linkat": 265, "symlink": 88,
    "symlinkat": 266, "unlink": 87, "unlinkat": 263, "rmdir": 84, "mkdir": 83, "mkdirat": 258, "chmod": 90,
    "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92, "utimensat": 280, "utimes": 235, "flock": 73,
}  # fmt: skip
OPENING: Final = {"open": 2, "openat": 257, "openat2": 437}
READING: Final = {
    "read": 0, "pread64": 17, "readv": 19, "preadv": 295, "stat": 4, "fstat": 5, "lstat": 6, "newfstatat": 262,
    "statx": 332, "getdents64": 217, "readlink": 89, "readlinkat": 267, "access": 21, "faccessat": 269,
    "faccessat2": 439, "statfs": 137, "fstatfs": 138, "mmap": 9, "lseek": 8,
}  # fmt: skip
NAMES: Final = {number: name for name, number in (WRITING | OPENING | READING).items()}

# Where a call's arguments have its paths and its file descriptors; a path is relative to the descriptor before it.
_PATHS: Final = {
    "creat": (0,), "truncate": (0,), "rename": (0, 1), "renameat": (1, 3), "renameat2": (1, 3), "link": (0, 1),
    "linkat": (1, 3), "symlink": (1,), "symlinkat": (2,), "unlink": (0,), "unlinkat": (1,), "rmdir": (0,),
    "mkdir": (0,), "mkdirat": (1,), "chmod": (0,), "fchmodat": (1,), "fchmodat2": (1,), "chown": (0,),
    "utimensat": (1,), "utimes": (0,), "open": (0,), "openat": (1,), "openat2": (1,), "stat": (0,), "lstat": (0,),
    "newfstatat": (1,), "statx": (1,), "readlink": (0,), "readlinkat": (1,), "access": (0,), "faccessat": (1,),
    "faccessat2": (1,), "statfs": (0,),
}  # fmt: skip
_RELATIVE: Final = frozenset({
    "renameat", "renameat2", "linkat", "symlinkat", "unlinkat", "mkdirat", "fchmodat", "fchmodat2", "utimensat",
    "openat", "openat2", "newfstatat", "statx", "readlinkat", "faccessat", "faccessat2",
})  # fmt: skip
_DESCRIPTOR: Final = {"mmap": 4, "copy_file_range": 2}

WRITE_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT

_AT_FDCWD: Final = -100
_PATH_BYTES: Final = 4096
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_SYS_SECCOMP: Final = 317
_PR_SET_NO_NEW_PRIVS: Final = 38
_ARCHITECTURE: Final = 0xC000003E
_NOTIFY, _ALLOW = 0x7FC00000, 0x7FFF0000
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_ANY, _RETURN = 0x20, 0x15, 0x45, 0x06
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTICE: Final = struct.Struct("=QIIiIQ6Q")
_ANSWER: Final = struct.Struct("=QqiI")


class Call(NamedTuple):
    """A call that a process is about to make: on which absolute paths, and with which arguments."""

    id: int
    thread: int
    name: str
    paths: tuple[str, ...]
    arguments: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name} {' '.join(self.paths)}"


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def is_supported() -> bool:
    """Tell whether this machine lets a process hear of another one's calls."""
    actions = Path("/proc/sys/kernel/seccomp/actions_avail")
    is_linux = sys.platform == "linux" and platform.machine() == "x86_64"
    return is_linux and actions.is_file() and "user_notif" in actions.read_text(encoding="ascii").split()


def is_writing(call: Call) -> bool:
    """Tell whether a call that opens a file may change something."""
    return bool(call.arguments[1 if call.name == "open" else 2] & WRITE_FLAGS)


def install_filter(scope: str) -> int:
    """Have this process and all it starts from here on stop at file-system calls; gives the listener's descriptor.

    ``writing`` are the calls that change something, files opened to be written among them; ``opening`` those and all
    other opening; ``reading`` all calls.
    """
    numbers = [*WRITING.values(), OPENING["openat2"]]
    numbers += [] if scope == "writing" else OPENING.values()
    numbers += READING.values() if scope == "reading" else []
    program = [(_LOAD, 0, 0, 4), (_JUMP_IF_EQUAL, 1, 0, _ARCHITECTURE), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, 0)]
    program += [
        instruction for number in numbers for instruction in ((_JUMP_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NOTIFY))
    ]
    for name, place in (("open", 1), ("openat", 2)):
        flags = (_LOAD, 0, 0, 16 + 8 * place)
        check = ((_JUMP_IF_ANY, 0, 1, WRITE_FLAGS), (_RETURN, 0, 0, _NOTIFY), (_RETURN, 0, 0, _ALLOW))
        program += [(_JUMP_IF_EQUAL, 0, 4, OPENING[name]), flags, *check]
    program += [(_RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    listener = _LIBC.syscall(_SYS_SECCOMP, 1, 1 << 3, ctypes.byref(_Program(len(program), code)))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return int(listener)


def receive_call(listener: int) -> Call | None:
    """Take the next call; None if its process died meanwhile."""
    notice = bytearray(_NOTICE.size)
    try:
        fcntl.ioctl(listener, _RECEIVE, notice)
    except FileNotFoundError:
        return None
    number, thread, _, system_call, _, _, *arguments = _NOTICE.unpack(notice)
    name = NAMES[system_call]
    try:
        return Call(number, thread, name, _find_paths(thread, name, arguments), tuple(arguments))
    except (FileNotFoundError, ProcessLookupError):
        return None


def answer_call(listener: int, call: Call, error: int = 0) -> None:
    """Let a call go on, or have it fail with an error number."""
    answer = _ANSWER.pack(call.id, 0, -error, 0 if error else 1)
    try:
        fcntl.ioctl(listener, _SEND, answer)
    except FileNotFoundError:
        return  # it was killed while it waited


def _find_paths(thread: int, name: str, arguments: list[int]) -> tuple[str, ...]:
    if name not in _PATHS:
        descriptor = _to_int(arguments[_DESCRIPTOR.get(name, 0)])
        return (_find_open(thread, descriptor),) if descriptor >= 0 else ()
    return tuple(
        _find_path(thread, arguments[place], _to_int(arguments[place - 1]) if name in _RELATIVE else _AT_FDCWD)
        for place in _PATHS[name]
    )


def _find_path(thread: int, address: int, folder: int) -> str:
    path = _read_text(thread, address)
    if path.startswith("/"):
        return path
    base = str(Path(f"/proc/{thread}/cwd").readlink()) if folder == _AT_FDCWD else _find_open(thread, folder)
    return f"{base}/{path}" if path else base


def _find_open(thread: int, descriptor: int) -> str:
    try:
        return str(Path(f"/proc/{thread}/fd/{descriptor}").readlink())
    except FileNotFoundError:
        return ""


def _read_text(thread: int, address: int) -> str:
    if not address:
        return ""
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        # A page at a time: what lies behind the end of the text may not be readable.
        piece = os.pread(memory.fileno(), _PATH_BYTES - address % _PATH_BYTES, address)
        if b"\0" not in piece:
            piece += os.pread(memory.fileno(), _PATH_BYTES, address + len(piece))
    return os.fsdecode(piece.partition(b"\0")[0])


def _to_int(argument: int) -> int:
    """Read a register as the signed 32-bit number that the kernel takes a descriptor for."""
    return ctypes.c_int32(argument & 0xFFFFFFFF).value
