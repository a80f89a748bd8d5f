"""What the assets work with: the warehouse with its lock, and the processes that do the work."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from etl.errors import PaperhouseError
from etl.escape import escape_text
from etl.load.lock import hold_lock
from etl.load.warehouse import find_warehouse
from etl.runners.local import LocalRunner

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

    from etl.load.lock import Holder, Lock
    from etl.load.warehouse import Warehouse
    from etl.runners import Runner


class WorkersInvalidError(PaperhouseError):
    """A number of processes that does no work."""

    def __init__(self, workers: int) -> None:
        super().__init__(f"workers: {workers} processes cannot work; name 1 or more, or none for one per core")


class WarehouseResource(dg.ConfigurableResource):
    """The warehouse, and the lock that whoever writes to it holds."""

    path: str | None = Field(
        default=None,
        description="Folder of the warehouse; by default $PAPERHOUSE_WAREHOUSE, else warehouse/data in a clone.",
    )

    def open(self) -> Warehouse:
        """Find the warehouse. Errors: ``WarehouseUnknownError``."""
        return find_warehouse(self.path)

    @contextlib.contextmanager
    def hold(self, log: logging.Logger) -> Iterator[Lock]:
        """Hold the warehouse's lock while the block runs; while another holds it, wait and say who.

        A ``PaperhouseError`` of the block fails the step with its one sentence.
        """
        with (
            refuse_plainly(),
            hold_lock(self.open(), on_wait=lambda holder: log.info(escape_text(_describe_wait(holder)))) as lock,
        ):
            yield lock


class RunnerResource(dg.ConfigurableResource):
    """Where the work units run."""

    workers: int | None = Field(default=None, description="Processes of this machine; by default one per core.")

    def open(self) -> Runner:
        """Make the runner. Errors: ``WorkersInvalidError``."""
        if self.workers is not None and self.workers < 1:
            raise WorkersInvalidError(self.workers)
        return LocalRunner(self.workers)


@contextlib.contextmanager
def refuse_plainly() -> Iterator[None]:
    """Turn a ``PaperhouseError`` into Dagster's failure with the same sentence; trying again would not help."""
    try:
        yield
    except PaperhouseError as error:
        raise dg.Failure(escape_text(str(error)), allow_retries=False) from error


def _describe_wait(holder: Holder | None) -> str:
    who = escape_text(str(holder or "another process (which one is not known)"))
    return f"Waiting for the warehouse, which is in use by {who}."
