"""What the assets work with: the warehouse with its lock, and the processes that do the work."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Literal

import dagster as dg
from pydantic import Field

from etl.errors import PaperhouseError
from etl.escape import escape_text
from etl.load.lock import hold_lock
from etl.load.warehouse import find_warehouse
from etl.runners.choose import RunnerName, open_runner
from etl.stages.mirror import find_mirror
from etl.store import find_place

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

    from etl.load.lock import Holder, Lock
    from etl.load.warehouse import Warehouse
    from etl.runners.local import LocalRunner
    from etl.runners.ray import RayRunner
    from etl.store import Place


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

    store: str | None = Field(
        default=None,
        description="URL of a warehouse in a store, such as s3://bucket/papers: a release follows the one that is "
        "current there, and becomes current there, too. What the stages have made is kept there as well.",
    )

    def find_store(self) -> Place | None:
        """Find the warehouse in a store, if one is named. Errors: ``StoreUnknownError``."""
        return find_place(self.store) if self.store else None

    def find_mirror(self) -> Place | None:
        """Find where the store has the state of this code. Errors: ``StoreUnknownError``."""
        store = self.find_store()
        return find_mirror(store) if store else None

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

    workers: int | None = Field(default=None, description="Processes that do the work; by default one per core.")
    runner: Literal["local", "ray"] = Field(
        default="local",
        description="In processes of this machine (local), or as tasks of a Ray cluster (ray). Where another resource "
        "has joined a cluster already, such as those of dagster-ray, the tasks go to that one.",
    )
    address: str | None = Field(
        default=None,
        description="The Ray cluster's head as HOST:PORT; by default the one that $RAY_ADDRESS names or that runs on "
        "this machine, else one is started.",
    )

    def open(self, lock: Lock, log: logging.Logger) -> LocalRunner | RayRunner:
        """Make the runner for who holds a warehouse's lock; work that died and is tried again goes to the log.

        Errors: ``WorkersInvalidError``, ``AddressUselessError``.
        """
        if self.workers is not None and self.workers < 1:
            raise WorkersInvalidError(self.workers)
        return open_runner(
            RunnerName(self.runner),
            workers=self.workers,
            address=self.address,
            witness=lock.warehouse.lock,
            on_retry=lambda sentence: log.warning(escape_text(sentence)),
        )


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
