"""What starts a run by itself: a sensor for new dumps, and schedules. All are off until somebody turns them on."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.config import DumpsUnknownError, list_default_dumps
from assets.jobs import build_release, check_release
from etl.errors import PaperhouseError
from etl.load.warehouse import WarehouseUnknownError, find_warehouse
from etl.stages.landing import Memory, judge_look, look_at
from etl.store import name_root

if TYPE_CHECKING:
    from pathlib import Path

LOOK_VARIABLE: Final = "PAPERHOUSE_LOOK_SECONDS"
REST_VARIABLE: Final = "PAPERHOUSE_REST_SECONDS"
LOOK_SECONDS: Final = int(os.environ.get(LOOK_VARIABLE) or 30)
REST_SECONDS: Final = float(os.environ.get(REST_VARIABLE) or 10)


@dg.sensor(
    job=build_release,
    minimum_interval_seconds=LOOK_SECONDS,
    description="Looks into the landing folder and builds a release when its files have changed: added, replaced or "
    f"taken away. A change is believed when two looks in a row see the same files and none is younger than "
    f"{REST_SECONDS:g} s, so that a half-copied file is not read.",
)
def new_dumps(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Look at the landing folders and ask for a build when they have changed and come to rest."""
    try:
        roots = [name_root(root) for root in list_default_dumps()]
        if not roots:
            raise DumpsUnknownError
        look = look_at(roots, now=time.time(), rest_seconds=REST_SECONDS, besides=_find_warehouse_folders())
    except PaperhouseError as error:
        return dg.SensorResult(skip_reason=str(error), cursor=context.cursor)
    verdict = judge_look(look, Memory.from_json(context.cursor))
    cursor = verdict.memory.to_json()
    if not verdict.is_due:
        return dg.SensorResult(skip_reason=verdict.reason, cursor=cursor)
    tags = {"paperhouse/files": str(look.file_count), "paperhouse/bytes": str(look.byte_count)}
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=verdict.run_key, tags=tags)], cursor=cursor)


nightly_build: Final = dg.ScheduleDefinition(
    job=build_release,
    name="nightly_build",
    cron_schedule="0 3 * * *",
    execution_timezone="UTC",
    description="Builds every night at 3:00 UTC from the landing folder. Where nothing has changed it ends in the "
    "release that is current already.",
)

weekly_check: Final = dg.ScheduleDefinition(
    job=check_release,
    name="weekly_check",
    cron_schedule="30 4 * * 1",
    execution_timezone="UTC",
    description="Looks at the current release again every Monday at 4:30 UTC: its files, its invariants, its age.",
)

SCHEDULES: Final = (nightly_build, weekly_check)


def _find_warehouse_folders() -> list[Path]:
    """Find the folder of the warehouse that is named by the environment or the clone, if there is one."""
    try:
        return [find_warehouse().root]
    except WarehouseUnknownError:
        return []
