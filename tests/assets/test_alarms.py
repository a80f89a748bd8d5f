"""Who is told of a failure."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.alarms import FAILURES_NAME, append_line, call_for_help

if TYPE_CHECKING:
    from pathlib import Path

    from tests.assets.conftest import Workshop


def test_a_step_that_fails_leaves_a_line_that_says_why(workshop: Workshop, tmp_path: Path):
    result = workshop.run(dumps=tmp_path / "nowhere")
    (line,) = (workshop.warehouse.dagster_home / FAILURES_NAME).read_text("utf-8").splitlines()
    told = json.loads(line)
    assert (told["job"], told["run_id"], told["step"]) == ("build_release", result.run_id, "collect")
    assert told["why"] == f"{tmp_path / 'nowhere'}: no such file or folder; check the path"
    assert told["failed_at"].endswith("+00:00")


def test_lines_of_two_runs_stand_below_each_other(tmp_path: Path):
    for word in ("one", "two"):
        append_line(tmp_path / "made" / "log", word)
    assert (tmp_path / "made" / "log").read_text() == "one\ntwo\n"


def fail_a_run(instance: dg.DagsterInstance) -> dg.RunStatusSensorContext:
    @dg.op
    def break_off() -> None:
        raise dg.Failure("the page is torn")  # noqa: EM101, TRY003 - stands for any

    @dg.job
    def tear() -> None:
        break_off()

    result = tear.execute_in_process(instance=instance, raise_on_error=False)
    (failure,) = result.filter_events(lambda event: event.event_type == dg.DagsterEventType.RUN_FAILURE)
    return dg.build_run_status_sensor_context(
        sensor_name="call_for_help",
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        dagster_event=failure,
    ).for_run_failure()


def test_a_command_is_called_with_the_facts_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    code = "import os, sys; open(sys.argv[1], 'w').write(os.environ['PAPERHOUSE_JOB'] + os.environ['PAPERHOUSE_WHY'])"
    monkeypatch.setenv("PAPERHOUSE_ON_FAILURE", f'{sys.executable} -c "{code}" "{tmp_path / "a b"}"')
    with dg.DagsterInstance.ephemeral() as instance:
        assert call_for_help(fail_a_run(instance)) is None
    assert (tmp_path / "a b").read_text().startswith("tear")


def test_without_a_command_nobody_is_called_and_one_that_fails_is_not_passed_over(monkeypatch: pytest.MonkeyPatch):
    with dg.DagsterInstance.ephemeral() as instance:
        context = fail_a_run(instance)
        assert "names no command" in call_for_help(context).skip_message
        monkeypatch.setenv("PAPERHOUSE_ON_FAILURE", "false")
        with pytest.raises(subprocess.CalledProcessError):
            call_for_help(context)
