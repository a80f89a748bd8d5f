"""Which runner does the work, as the command line and Dagster let people choose it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from etl.errors import PaperhouseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.runners.local import LocalRunner
    from etl.runners.ray import RayRunner


class RunnerName(enum.StrEnum):
    """The runners there are."""

    LOCAL = "local"
    RAY = "ray"


class AddressUselessError(PaperhouseError):
    """An address for a runner that goes nowhere."""

    def __init__(self, address: str) -> None:
        super().__init__(f"the local runner has no use for the address {address}: choose the runner ray, or name none")


def open_runner(
    name: RunnerName,
    *,
    workers: int | None = None,
    address: str | None = None,
    witness: Path | None = None,
    on_retry: Callable[[str], None] | None = None,
) -> LocalRunner | RayRunner:
    """Make the runner of that name, which works when it is asked to.

    ``address``, ``witness`` and ``on_retry`` are for :class:`etl.runners.ray.RayRunner`. Errors:
    ``AddressUselessError``.
    """
    if name is RunnerName.RAY:
        from etl.runners.ray import RayRunner  # noqa: PLC0415 - who works on this machine needs none of it

        return RayRunner(workers, address=address, witness=witness, on_retry=on_retry)
    if address is not None:
        raise AddressUselessError(address)
    from etl.runners.local import LocalRunner  # noqa: PLC0415 - --help must not wait for it

    return LocalRunner(workers)
