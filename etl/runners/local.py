"""The runner for one machine: a pool of processes, each with one thread of polars and Arrow."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Self

from etl.errors import PaperhouseError
from etl.runners import IN_FLIGHT, WORKER_VARIABLES
from etl.runners.usage import Usage, do_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from etl.runners import Receipt, Spec
    from etl.runners.usage import Done


class WorkerDiedError(PaperhouseError):
    """A work unit whose worker died each time it was tried."""

    def __init__(self, spec: object, tries: int) -> None:
        super().__init__(
            f"a worker process died {tries} times on the same work ({str(spec)[:200]}); "
            "it may have run out of memory: try fewer --workers"
        )


def count_cores() -> int:
    """Count the processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LocalRunner:
    """Runs work units in this machine's processes; a single unit or worker needs no pool and runs in this one.

    The processes start with the first work and stay for more, until the runner is closed.
    """

    def __init__(self, workers: int | None = None) -> None:
        """Use ``workers`` processes; by default one for each core."""
        self.workers = workers or count_cores()
        self.usage = Usage()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Use the runner until the block ends."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the runner."""
        self.close()

    def close(self) -> None:
        """End the processes when what they are at is done; more work starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def run(
        self, fn: Callable[[Spec], Receipt], specs: Sequence[Spec], *, max_in_flight: int = 0, max_retries: int = 2
    ) -> Iterator[Receipt]:
        """Yield receipts as the units end; see :class:`etl.runners.Runner`.

        Errors: whatever ``fn`` raises; :class:`WorkerDiedError` for a unit whose worker died each time it was tried.
        """
        for done in self._run(partial(do_unit, fn), specs, max_in_flight, max_retries):
            self.usage.add(done)
            yield done.receipt

    def _run(
        self, fn: Callable[[Spec], Done], specs: Sequence[Spec], max_in_flight: int, max_retries: int
    ) -> Iterator[Done]:
        if self.workers == 1 or len(specs) <= 1:
            yield from map(fn, specs)
            return
        in_flight = max_in_flight or IN_FLIGHT * self.workers
        waiting = list(reversed(specs))
        while waiting:
            lost: list[Spec] = []
            self._pool = self._pool or _open_pool(self.workers)
            try:
                yield from _drain(self._pool, fn, waiting, lost, in_flight)
            except BaseException:
                self.close()  # nobody writes any more when the caller clears up
                raise
            if lost:
                self.usage.tried_again += len(lost)
                self.close()
            # A dead worker breaks the pool for all units under way: each is tried alone, so that only the guilty fails.
            yield from (_run_alone(fn, spec, max_retries) for spec in lost)


def _open_pool(workers: int) -> ProcessPoolExecutor:
    # Never fork: polars' threads do not survive it, and the child hangs.
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_set_up_worker)


def _run_alone(fn: Callable[[Spec], Receipt], spec: Spec, max_retries: int) -> Receipt:
    """Run one unit in a pool of its own, again and again while its worker dies."""
    for _ in range(max_retries):
        with _open_pool(1) as pool:
            try:
                return pool.submit(fn, spec).result()
            except BrokenProcessPool:
                continue
    raise WorkerDiedError(spec, max_retries + 1)


def _drain(
    pool: ProcessPoolExecutor,
    fn: Callable[[Spec], Receipt],
    waiting: list[Spec],
    lost: list[Spec],
    in_flight: int,
) -> Iterator[Receipt]:
    """Work through ``waiting`` until it is empty or the pool breaks; units under way then go to ``lost``."""
    running: dict[Future[Receipt], Spec] = {}
    try:
        while waiting or running:
            while waiting and len(running) < in_flight and not lost:
                spec = waiting.pop()
                running[_submit(pool, fn, spec)] = spec
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                spec = running.pop(future)
                try:
                    receipt = future.result()
                except BrokenProcessPool:
                    lost.append(spec)
                else:
                    yield receipt
    finally:
        for future in running:
            future.cancel()


def _submit(pool: ProcessPoolExecutor, fn: Callable[[Spec], Receipt], spec: Spec) -> Future[Receipt]:
    try:
        return pool.submit(fn, spec)
    except BrokenProcessPool as error:
        broken: Future[Receipt] = Future()
        broken.set_exception(error)
        return broken


def _set_up_worker() -> None:
    """Set up a new worker, before it imports polars and Arrow."""
    os.environ.update(WORKER_VARIABLES)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker when the process that gave it work is gone: killed, it could not say that there is no more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
