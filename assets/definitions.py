"""What Dagster loads: ``dagster dev -m assets.definitions``."""

from __future__ import annotations

import dagster as dg

from assets.alarms import call_for_help
from assets.automation import SCHEDULES, new_dumps
from assets.checks import RELEASE_CHECKS
from assets.jobs import JOBS
from assets.receipts import keep_receipts
from assets.resources import RunnerResource, WarehouseResource
from assets.results import RECEIPTS_KEY
from assets.stages import STAGES

defs = dg.Definitions(
    assets=STAGES,
    asset_checks=RELEASE_CHECKS,
    jobs=JOBS,
    sensors=(new_dumps, call_for_help),
    schedules=SCHEDULES,
    resources={
        "warehouse": WarehouseResource.configure_at_launch(),
        "runner": RunnerResource.configure_at_launch(),
        RECEIPTS_KEY: keep_receipts,
    },
    # A process for each step costs seconds and gains nothing: the work has its own processes.
    executor=dg.in_process_executor,
)
