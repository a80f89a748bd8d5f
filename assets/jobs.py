"""What can be run: the whole build, and the checks of the release that is there."""

from __future__ import annotations

from typing import Final

import dagster as dg

from assets.alarms import note_failure

build_release: Final = dg.define_asset_job(
    "build_release",
    selection=dg.AssetSelection.all(),
    description="From the named dumps to a release that readers see: every stage, every check.",
    hooks={note_failure},
)

check_release: Final = dg.define_asset_job(
    "check_release",
    selection=dg.AssetSelection.checks_for_assets(dg.AssetKey("release")),
    description="Looks at the current release as it lies on the disk, and changes nothing.",
    hooks={note_failure},
)

JOBS: Final = (build_release, check_release)
