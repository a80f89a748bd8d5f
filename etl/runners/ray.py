"""The runner for a cluster: Ray core tasks.

Ray finds room for each unit, moves its spec and its receipt, and tells which workers and nodes died. A unit that died
is handed out again here and not by Ray, which does so without a word.
"""

from __future__ import annotations

import pickle
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from etl.errors import PaperhouseError, join_message, shorten_error
from etl.runners import IN_FLIGHT, WORKER_VARIABLES
from etl.runners.connection import LOCK_NAME, connect, import_ray
from etl.runners.footing import Footing, check_footing
from etl.runners.usage import Usage, do_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from etl.runners import Receipt, Spec
    from etl.runners.usage import Done

_DEATHS: Final = ("WorkerCrashedError", "NodeDiedError", "LocalRayletDiedError", "OutOfMemoryError", "ObjectLostError")
"""What Ray raises where a unit's worker or node died, or took the receipt with it."""

_NO_IMPORT: Final = "failed to import on the worker"


class NodeUnfitError(PaperhouseError):
    """A node on which paperhouse cannot be imported, or that can start no worker."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"a node of the cluster cannot do the work ({reason}): install paperhouse and {LOCK_NAME} on every node; "
            "nothing was published"
        )


class WorkLostError(PaperhouseError):
    """A work unit that died with its worker or node each time it was tried."""

    def __init__(self, spec: object, tries: int, reason: str) -> None:
        super().__init__(
            f"the same work died {tries} times on the cluster ({str(spec)[:200]}; at last: {reason}); "
            "its nodes may have too little memory: try fewer --workers"
        )


class _Work(NamedTuple):
    """A unit on its way: its spec, and how often it died."""

    spec: Any
    deaths: int = 0


class _DiedError(Exception):
    """A unit died with its worker or node."""


class RayRunner:
    """Runs work units as tasks of a Ray cluster, a core each.

    An open connection of this process to a cluster is used, and left open; otherwise one is made with the first work,
    as :func:`etl.runners.connection.connect` says, and ends when the runner is closed.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        address: str | None = None,
        witness: Path | None = None,
        on_retry: Callable[[str], None] | None = None,
    ) -> None:
        """Work on ``workers`` units at a time; by default on one for each core of the cluster.

        ``witness`` is a file that every node must see with the same words; ``on_retry`` is told in a sentence of each
        unit that is tried again.
        """
        self._workers, self._address, self._witness, self._on_retry = workers, address, witness, on_retry
        self.usage = Usage()
        self._is_ours = False

    def __enter__(self) -> Self:
        """Use the runner until the block ends."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the runner."""
        self.close()

    def close(self) -> None:
        """End the connection, if the runner made it; more work makes a new one."""
        if self._is_ours:
            import_ray().shutdown()
            self._is_ours = False

    def run(
        self, fn: Callable[[Spec], Receipt], specs: Sequence[Spec], *, max_in_flight: int = 0, max_retries: int = 2
    ) -> Iterator[Receipt]:
        """Yield receipts as the units end; see :class:`etl.runners.Runner`.

        Errors: whatever ``fn`` raises; :class:`WorkLostError` for a unit that died each time it was tried; those of
        ``connect`` and ``check_footing``, and :class:`NodeUnfitError`, for a cluster that does not serve.
        """
        if not specs:
            return
        ray = self._open()
        in_flight = min(max_in_flight or self._choose_in_flight(ray), self._workers or len(specs))
        options = {"num_cpus": 1, "max_retries": 0, "runtime_env": {"env_vars": dict(WORKER_VARIABLES)}}
        task = ray.remote(_run_unit).options(**options)
        footing = Footing.here(self._witness)
        waiting = deque(_Work(spec) for spec in specs)
        running: dict[Any, _Work] = {}
        try:
            while waiting or running:
                while waiting and len(running) < in_flight:
                    work = waiting.popleft()
                    running[task.remote(footing, pickle.dumps((fn, work.spec)))] = work
                for unit in ray.wait([*running], num_returns=1)[0]:
                    work = running.pop(unit)
                    try:
                        done = _take_done(ray, unit)
                    except _DiedError as death:
                        waiting.appendleft(self._count_death(work, max_retries, str(death)))
                    else:
                        self.usage.add(done)
                        yield done.receipt
        finally:
            _stop(ray, [*running])

    def _open(self) -> Any:  # noqa: ANN401 - the module ray
        ray = import_ray()
        if not ray.is_initialized():
            connect(ray, self._address)
            self._is_ours = True
        return ray

    def _choose_in_flight(self, ray: Any) -> int:  # noqa: ANN401 - the module ray
        return IN_FLIGHT * max(1, int(ray.cluster_resources().get("CPU", 0)))

    def _count_death(self, work: _Work, max_retries: int, reason: str) -> _Work:
        deaths = work.deaths + 1
        if deaths > max_retries:
            raise WorkLostError(work.spec, deaths, reason)
        self.usage.tried_again += 1
        if self._on_retry is not None:
            self._on_retry(f"Work that died on the cluster is tried again, {deaths} of {max_retries} times: {reason}")
        return work._replace(deaths=deaths)


def _run_unit(footing: Footing, work: bytes) -> Done:
    """Do a unit's work in a worker; it is unpacked only where the code is known to be the driver's."""
    check_footing(footing)
    fn, spec = pickle.loads(work)  # noqa: S301 - the driver packed it
    return do_unit(fn, spec, node=import_ray().get_runtime_context().get_node_id())


def _take_done(ray: Any, unit: Any) -> Done:  # noqa: ANN401 - a module, a reference
    """Take what a unit came to. Errors: what the work raised, as it is; ``_DiedError``, ``NodeUnfitError``."""
    try:
        done: Done = ray.get(unit)
    except ray.exceptions.RayTaskError as error:
        cause: Exception = error.cause
    except tuple(getattr(ray.exceptions, name) for name in _DEATHS) as error:
        raise _DiedError(join_message(error).partition(". ")[0]) from None
    except ray.exceptions.RayError as error:
        raise NodeUnfitError(shorten_error(error)) from error
    else:
        return done
    if isinstance(cause, RuntimeError) and _NO_IMPORT in str(cause):
        raise NodeUnfitError(str(cause).strip().splitlines()[-1])
    raise cause


def _stop(ray: Any, units: list[Any]) -> None:  # noqa: ANN401 - the module ray, and references
    """Stop units that nobody waits for, and wait until they write no more: the caller may clear up."""
    for unit in units:
        ray.cancel(unit, force=True)
    if units:
        ray.wait(units, num_returns=len(units))
