from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from etl.runners.local import LocalRunner, WorkerDiedError, count_cores
from tests.etl.runners.work import (
    Spec,
    SpoiltError,
    die_always,
    die_among_others,
    die_at_first,
    fail,
    fail_with_data,
    name_process,
    report_threads,
    square,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPECS = [Spec(number) for number in range(12)]


def run(workers: int, function: Callable[[Spec], object], specs: list[Spec], **options: int) -> list:
    return list(LocalRunner(workers).run(function, specs, **{"max_in_flight": 0, "max_retries": 2, **options}))


def test_one_worker_and_several_give_the_same_receipts():
    expected = [spec.number**2 for spec in SPECS]
    assert run(1, square, SPECS) == expected
    assert sorted(run(2, square, SPECS)) == expected
    assert sorted(run(2, square, SPECS, max_in_flight=1)) == expected


@pytest.mark.parametrize(("workers", "processes"), [(1, {1}), (2, {1, 2})])
def test_what_the_work_used_is_counted(workers: int, processes: set[int]):
    with LocalRunner(workers) as runner:
        assert runner.usage.to_plain() == {}
        for _ in range(2):
            list(runner.run(square, SPECS))
    used = runner.usage.to_plain()
    assert (used["work_units"], used["work_nodes"], used["work_tried_again"]) == (2 * len(SPECS), 1, 0)
    assert used["work_processes"] in processes
    assert used["work_peak_mib"] > 10


def test_work_that_is_tried_again_is_counted(tmp_path: Path):
    specs = [Spec(number, str(tmp_path)) for number in range(12)]
    with LocalRunner(2) as runner:
        list(runner.run(die_at_first, specs))
    assert runner.usage.tried_again >= 1
    assert runner.usage.units == len(specs)


def test_no_work_gives_no_receipts():
    assert run(2, square, []) == []


@pytest.mark.parametrize(("workers", "specs"), [(1, SPECS), (4, SPECS[:1])], ids=["one worker", "one unit"])
def test_a_single_worker_or_unit_needs_no_other_process(workers: int, specs: list[Spec]):
    assert set(run(workers, name_process, specs)) == {os.getpid()}


def test_several_workers_are_other_processes():
    assert os.getpid() not in run(2, name_process, SPECS)


def test_a_worker_has_one_thread_of_polars_and_arrow():
    assert set(run(2, report_threads, SPECS[:4])) == {(1, 1)}


def test_the_workers_of_a_killed_process_end_with_it(repo_root: Path):
    script = """
from etl.runners.local import LocalRunner
from tests.etl.runners.work import Spec, tell_and_wait

if __name__ == "__main__":
    list(LocalRunner(2).run(tell_and_wait, [Spec(number) for number in range(8)]))
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=repo_root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(2)]
        process.kill()
        # Whoever lives has the pipe: its end shows that nobody does.
        assert (told, process.stdout.read()) == ([b"at work\n"] * 2, b"")


def test_the_processes_stay_for_more_work_until_the_runner_is_closed():
    with LocalRunner(2) as runner:
        first, again = (set(runner.run(name_process, SPECS)) for _ in range(2))
        assert again <= first or len(first | again) <= 2
    assert not first & set(runner.run(name_process, SPECS))
    runner.close()


def test_by_default_there_is_a_worker_for_each_core():
    assert LocalRunner().workers == count_cores() == len(os.sched_getaffinity(0))


def test_a_worker_that_dies_is_replaced_and_its_work_is_done(tmp_path: Path):
    specs = [Spec(number, str(tmp_path)) for number in range(12)]
    receipts = run(2, die_at_first, specs)
    assert set(receipts) == set(range(12))  # at least once: a unit that was under way may be done again
    assert (tmp_path / "tried").exists()


def test_work_that_always_kills_its_worker_is_given_up(tmp_path: Path):
    specs = [Spec(number, str(tmp_path)) for number in range(4)]
    with pytest.raises(WorkerDiedError, match="died 3 times on the same work"):
        run(2, die_always, specs)
    assert len(list(tmp_path.iterdir())) == 3


def test_without_retries_the_first_death_is_the_end(tmp_path: Path):
    with pytest.raises(WorkerDiedError, match="died 1 times"):
        run(2, die_always, [Spec(number, str(tmp_path)) for number in range(2)], max_retries=0)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_error_names_the_work_that_kills_its_worker_and_no_other():
    # The pool breaks for all that is under way; only the guilty unit may be given up.
    specs = [Spec(number) for number in (1, 2, 0, *range(3, 8))]
    with pytest.raises(WorkerDiedError, match=r"same work \(Spec\(number=0, "):
        run(2, die_among_others, specs)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_work_is_raised_to_who_waits(workers: int):
    with pytest.raises(LookupError, match="no such thing"):
        run(workers, fail, SPECS)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_project_keeps_its_message_and_its_data(workers: int):
    with pytest.raises(SpoiltError) as caught:
        run(workers, fail_with_data, SPECS)
    assert str(caught.value) == "page.txt: it is torn; mend it"
    assert caught.value.reason == "it is torn"


def test_who_stops_listening_stops_the_work():
    receipts = LocalRunner(2).run(square, SPECS, max_in_flight=2, max_retries=2)
    next(receipts)
    receipts.close()
    assert next(receipts, None) is None
