"""Dagster's servers as one process group: started, watched until they answer, and ended to the last child.

Nothing of dagster is imported: ``etl`` must run without it, and it is slow to load.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import etl.version
from etl.errors import PaperhouseError
from etl.load.warehouse import LANDING_VARIABLE, ROOT_VARIABLE, Warehouse, WarehouseUnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DEFINITIONS: Final = "assets.definitions"
LOG_NAME: Final = "ui.log"
INSTANCE: Final = """\
# Written by 'paperhouse ui' and never again: change it as you like.
telemetry:
  enabled: false
nux:
  enabled: false
# Steps in a pool count against its limit. The one pool is 'publish': runs that publish take turns in the queue.
concurrency:
  pools:
    granularity: run
    default_limit: 1
# A run that does not start, does not end when it is told to, or takes a day is given up, so that it holds up no other.
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  cancel_timeout_seconds: 300
  max_runtime_seconds: 86400
  poll_interval_seconds: 60
# What sensors and schedules have looked at stays for as many days.
retention:
  sensor:
    purge_after_days: {skipped: 2, failure: 30, success: -1}
  schedule:
    purge_after_days: {skipped: 30, failure: 30, success: -1}
"""

_CODE: Final = Path(etl.version.__file__).resolve().parent.parent
_ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to be compared with, not to listen on
_COLORS: Final = re.compile(r"\x1b\[[0-9;]*m")
_POLL_SECONDS: Final = 0.2
_GRACE: Final = ((signal.SIGINT, 10.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
"""How the group is asked to end, ever less kindly, and how long each time is waited."""


class PortTakenError(PaperhouseError):
    """Somebody else listens on the port already."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(
            f"the UI cannot listen on {host}, port {port} ({error.strerror or error}): "
            "end what listens there, or choose another port with --port"
        )


class UiEndedError(PaperhouseError):
    """Dagster ended by itself."""

    def __init__(self, log: Path, code: int) -> None:
        super().__init__(f"Dagster ended with code {code}: {log} says why ({_read_last_line(log)})")


@dataclass(frozen=True)
class Server:
    """What to run, and where it will answer."""

    warehouse: Warehouse
    command: tuple[str, ...]
    environment: Mapping[str, str]
    host: str
    port: int

    @property
    def log(self) -> Path:
        """The file that takes all that Dagster says."""
        return self.warehouse.dagster_home / LOG_NAME

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = _ANY_ADDRESS.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def _make_landing_absolute() -> dict[str, str]:
    """Make the landing folder absolute, since Dagster works in a folder of its own."""
    landing = os.environ.get(LANDING_VARIABLE)
    return {LANDING_VARIABLE: str(Path(landing).absolute())} if landing else {}


def plan_server(warehouse: Warehouse, *, host: str, port: int, read_only: bool) -> Server:
    """Make ready what Dagster needs: its home with telemetry off, a free port, the command and its environment.

    Errors: ``WarehouseUnwritableError``; ``PortTakenError``.
    """
    warehouse.create_folders()
    _prepare_home(warehouse.dagster_home)
    free_port = find_port(host, port)
    place = ("-h", host, "-p", str(free_port), "-m", DEFINITIONS, "-d", str(_CODE))
    # Only 'dagster dev' has the daemon that runs what is started; who only looks needs none. Ours refuses other sites.
    module = ("dagster_webserver", "--read-only") if read_only else ("assets.dev",)
    return Server(
        warehouse=warehouse,
        command=(sys.executable, "-m", *module, *place),
        environment={
            **os.environ,
            "DAGSTER_HOME": str(warehouse.dagster_home),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "PYTHONUNBUFFERED": "1",
            ROOT_VARIABLE: str(warehouse.root),
            **_make_landing_absolute(),
        },
        host=host,
        port=free_port,
    )


def run_server(server: Server, *, on_ready: Callable[[str], None], on_stop: Callable[[], None]) -> None:
    """Run Dagster until Ctrl-C, SIGTERM or SIGHUP; then end every process of its group.

    ``on_ready`` is told the address when it answers; ``on_stop`` hears that the end begins, which takes seconds.

    Errors: ``UiEndedError`` if Dagster ends by itself.
    """
    with _open_log(server.log) as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own words
            server.command,
            cwd=server.warehouse.dagster_home,
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, server)
        on_ready(server.url)
        process.wait()
    except KeyboardInterrupt:
        on_stop()
        return
    finally:
        end_group(process)
    raise UiEndedError(server.log, process.returncode)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its group, and whatever is left of the group; no second Ctrl-C can cut this short."""
    with _ignore_signals():
        for number, seconds in _GRACE:
            if not _signal_group(process, number):
                return
            _wait_for_group(process, seconds)


def find_port(host: str, port: int) -> int:
    """Make sure that a port is free, or with 0 find one that is. Errors: ``PortTakenError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            raise PortTakenError(host, port, error) from error
        return int(probe.getsockname()[1])


def _prepare_home(home: Path) -> None:
    try:
        home.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError), (home / "dagster.yaml").open("x", encoding="utf-8") as file:
            file.write(INSTANCE)
    except OSError as error:
        raise WarehouseUnwritableError(home, error) from error


@contextlib.contextmanager
def _open_log(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _wait_until_ready(process: subprocess.Popen[bytes], server: Server) -> None:
    while not _answers(server):
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise UiEndedError(server.log, process.wait(_POLL_SECONDS))


def _answers(server: Server) -> bool:
    host = _ANY_ADDRESS.get(server.host, server.host)
    connection = http.client.HTTPConnection(host, server.port, timeout=5)
    try:
        connection.request("GET", "/server_info")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Send a signal: the first, kind one to the leader alone, who ends its children in order. False if all are gone."""
    try:
        if number is signal.SIGINT and process.poll() is None:
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)
    except ProcessLookupError:
        return False
    return True


def _wait_for_group(process: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        process.poll()
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(_POLL_SECONDS / 4)


@contextlib.contextmanager
def _ignore_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _read_last_line(log: Path) -> str:
    lines = _COLORS.sub("", log.read_bytes().decode("utf-8", "replace")).strip().split("\n")
    return lines[-1].strip()[:300] or "it is empty"
