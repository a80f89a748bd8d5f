"""Who is told of a failure. Two examples to change or copy: a line in a file, and a command of your own.

The hook runs inside the run, so it knows the step; the sensor runs in the daemon, so it also hears of a run whose
process was killed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Final

import dagster as dg

if TYPE_CHECKING:
    from pathlib import Path

    from assets.resources import WarehouseResource

COMMAND_VARIABLE: Final = "PAPERHOUSE_ON_FAILURE"
"""Names the command that is called for each run that failed, e.g. ``/usr/local/bin/page-somebody --team data``."""

FAILURES_NAME: Final = "failures.jsonl"


@dg.failure_hook(required_resource_keys={"warehouse"})
def note_failure(context: dg.HookContext) -> None:
    """Write a line to ``<warehouse>/dagster/failures.jsonl`` for a step that failed: when, which run and step, why."""
    warehouse: WarehouseResource = context.resources.warehouse
    error = context.op_exception
    line = {
        "failed_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "job": context.job_name,
        "run_id": context.run_id,
        "step": context.step_key,
        "why": _say_why(error),
    }
    append_line(warehouse.open().dagster_home / FAILURES_NAME, json.dumps(line, ensure_ascii=False))


@dg.run_failure_sensor(
    description=f"Calls the command that the variable {COMMAND_VARIABLE} names for every run that failed. The command "
    "gets the facts as variables: PAPERHOUSE_JOB, PAPERHOUSE_RUN_ID and PAPERHOUSE_WHY. Off until you turn it on.",
)
def call_for_help(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """Call a command for a run that failed; one that cannot be called, or fails, fails the sensor's tick."""
    command = os.environ.get(COMMAND_VARIABLE)
    if not command:
        return dg.SkipReason(f"{COMMAND_VARIABLE} names no command to call")
    facts = {
        "PAPERHOUSE_JOB": context.dagster_run.job_name,
        "PAPERHOUSE_RUN_ID": context.dagster_run.run_id,
        "PAPERHOUSE_WHY": context.failure_event.message or "",
    }
    subprocess.run(shlex.split(command), env=os.environ | facts, check=True)  # noqa: S603 - the operator's own words
    return None


def append_line(path: Path, line: str) -> None:
    """Append a line to a file in one write, so that two runs do not mix theirs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)


def _say_why(error: BaseException | None) -> str:
    if isinstance(error, dg.Failure):
        return error.description or str(error)
    return f"{type(error).__name__}: {error}" if error else "unknown"
