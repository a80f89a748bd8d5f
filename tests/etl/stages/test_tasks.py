from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from etl.stages.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Done(NamedTuple):
    number: int
    value: str


class BackwardsTwice:
    """A runner that gives receipts in the reverse order, and each of them twice, as a cluster may."""

    def run(
        self, fn: Callable[[Any], Any], specs: Sequence[Any], *, max_in_flight: int, max_retries: int
    ) -> Iterator[Any]:
        assert (max_in_flight, max_retries) == (0, 2)
        for spec in (*reversed(specs), *specs):
            yield fn(spec)


def test_receipts_come_in_the_order_of_their_numbers_each_once():
    told: list[tuple[int, int]] = []
    tasks = Tasks(BackwardsTwice(), 5, lambda done, total: told.append((done, total)))
    receipts = tasks.run(lambda number: Done(number, f"v{number}"), [0, 1, 2])
    assert receipts == [Done(0, "v0"), Done(1, "v1"), Done(2, "v2")]
    tasks.run(lambda number: Done(number, ""), [0, 1])
    assert told[-1] == (5, 5)
    assert told == sorted(told)


def test_more_tasks_than_expected_make_the_total_grow():
    told: list[tuple[int, int]] = []
    Tasks(BackwardsTwice(), 1, lambda done, total: told.append((done, total))).run(lambda n: Done(n, ""), [0, 1, 2])
    assert told[-1] == (3, 3)
