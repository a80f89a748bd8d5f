"""What Dagster loads: ``dagster dev -m assets.definitions``.

Sensors and schedules have their place beside ``JOBS``, in modules of their own.
"""

from __future__ import annotations

from typing import Final

import dagster as dg

from assets.checks import RELEASE_CHECKS
from assets.receipts import keep_receipts
from assets.resources import RunnerResource, WarehouseResource
from assets.results import RECEIPTS_KEY
from assets.stages import STAGES

build_release = dg.define_asset_job(
    "build_release",
    selection=dg.AssetSelection.all(),
    description="From the named dumps to a release that readers see: every stage, every check.",
)

JOBS: Final = (build_release,)

defs = dg.Definitions(
    assets=STAGES,
    asset_checks=RELEASE_CHECKS,
    jobs=JOBS,
    resources={
        "warehouse": WarehouseResource.configure_at_launch(),
        "runner": RunnerResource.configure_at_launch(),
        RECEIPTS_KEY: keep_receipts,
    },
    # A process for each step costs seconds and gains nothing: the work has its own processes.
    executor=dg.in_process_executor,
)
