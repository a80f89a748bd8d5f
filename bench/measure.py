"""Measuring a command with all the processes that it starts, also those that outlive it: CPU, wall, most memory.

Linux only. This process adopts what the command leaves behind, since the CPU time of a process is told to nobody but
who waits for it.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

_PR_SET_CHILD_SUBREAPER: Final = 36
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Used(NamedTuple):
    """What a command used: CPU and wall seconds, MiB of its largest process; and what it printed."""

    cpu: float
    wall: float
    peak_mib: float
    printed: str


def run_measured(*command: str | Path) -> Used:
    """Run a command to its end, and that of every process it has started.

    The command is started by a small process, since the kernel counts what a starter has in memory as the started's.
    Errors: ``CalledProcessError`` if it fails, after it has said why.
    """
    words = [str(word) for word in command]
    done = subprocess.run([sys.executable, __file__, *words], check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    return Used(**json.loads(done.stdout))


def watch_command(words: list[str]) -> Used:
    """Start a command, and wait for it and all that it leaves behind."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this system does not let a process adopt others")
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        started = time.perf_counter()
        process = subprocess.Popen(words, stdout=stdout, stderr=stderr)  # noqa: S603 - what the bench wants to know of
        wall, cpu, peak = 0.0, 0.0, 0
        while True:
            try:
                pid, status, usage = os.wait4(-1, 0)
            except ChildProcessError:
                break
            if pid == process.pid:
                wall = time.perf_counter() - started
                process.returncode = os.waitstatus_to_exitcode(status)
            cpu += usage.ru_utime + usage.ru_stime
            peak = max(peak, usage.ru_maxrss)
        printed, said = (_read(stream) for stream in (stdout, stderr))
    if process.returncode:
        sys.exit(f"{printed}{said}\n{words} failed")
    return Used(cpu, wall, peak / 1024, printed)


def measure_folder(folder: Path) -> int:
    """Measure the files below a folder in bytes, each once by however many names."""
    stats = [Path(path, name).lstat() for path, _, names in os.walk(folder) for name in names]
    return sum({stat.st_ino: stat.st_size for stat in stats}.values())


def count_session_cpu() -> float:
    """Count the CPU seconds so far of this process's session: of all that live in it, and what these waited for."""
    session, seconds = str(os.getsid(0)), 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended; who waited for it tells
            continue
        if fields[3] == session:
            seconds += sum(map(int, fields[11:15])) / _TICKS
    return seconds


def _read(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")


if __name__ == "__main__":
    print(json.dumps(watch_command(sys.argv[1:])._asdict()))
