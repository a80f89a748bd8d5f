"""The way to a Ray cluster: found, asked whether it is there, and joined, with one sentence for whatever is wrong."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

from etl.errors import PaperhouseError, shorten_error

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_NAME: Final = "requirements-ray.lock"
ADDRESS_VARIABLE: Final = "RAY_ADDRESS"

_PROBE_SECONDS: Final = 10.0
_QUIET: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",  # else Ray tells its makers of every cluster
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else it warns that this will be its default
}


class RayMissingError(PaperhouseError):
    """Ray is not installed."""

    def __init__(self) -> None:
        super().__init__(
            f"Ray is not installed here: install {LOCK_NAME} into paperhouse's environment, or build with the local "
            "runner"
        )


class ClusterUnreachableError(PaperhouseError):
    """No cluster answers at the address."""

    def __init__(self, address: str | None, reason: str) -> None:
        where = address or "this machine"
        super().__init__(
            f"no Ray cluster can be reached at {where} ({reason}): check the address and that 'ray status' answers "
            "there, or name none to run on this machine"
        )


class VersionDiffersError(PaperhouseError):
    """The cluster runs other versions of Python or Ray than the driver."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the cluster has another version of Python or Ray than this machine ({reason}): install the same Python "
            f"and {LOCK_NAME} on every node"
        )


def import_ray() -> Any:  # noqa: ANN401 - the module ray, which may be absent
    """Import Ray, told to keep to itself. Errors: ``RayMissingError``."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray  # noqa: PLC0415 - an optional package, which takes a second
    except ImportError as error:
        raise RayMissingError from error
    return ray


def connect(ray: Any, address: str | None) -> None:  # noqa: ANN401 - the module ray
    """Join the cluster at ``address``, else the one that ``$RAY_ADDRESS`` names or that runs here, else start one here.

    Errors: ``ClusterUnreachableError``, ``VersionDiffersError``.
    """
    named = address or os.environ.get(ADDRESS_VARIABLE) or None
    _probe(named)
    try:
        with _keep_signals():
            ray.init(address=named, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    except RuntimeError as error:
        if "ersion mismatch" in str(error):
            raise VersionDiffersError(shorten_error(error)) from error
        raise ClusterUnreachableError(named, shorten_error(error)) from error
    except (OSError, ValueError) as error:
        raise ClusterUnreachableError(named, shorten_error(error)) from error


def _probe(address: str | None) -> None:
    """Knock at an address, since Ray itself would knock for minutes before it gives up."""
    host, _, port = (address or "").rpartition("://")[2].rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PROBE_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterUnreachableError(address, shorten_error(error)) from error


@contextlib.contextmanager
def _keep_signals() -> Iterator[None]:
    """Keep what a signal does as it was: Ray would end the process by its own way."""
    is_main = threading.current_thread() is threading.main_thread()
    kept = signal.getsignal(signal.SIGTERM) if is_main else None
    try:
        yield
    finally:
        if is_main:
            signal.signal(signal.SIGTERM, kept)
