"""Whether the release is fresh: built, or built again with the same result, not long ago.

Like the policy on the asset it needs nothing of the dumps' days, which say nothing of when a build ran. No annotation
is postponed here, as in ``assets.stages``.
"""

import datetime as dt

import dagster as dg

from assets.config import AgeConfig
from assets.resources import WarehouseResource, refuse_plainly
from etl.load.log import read_log
from etl.load.reader import open_release

RELEASE = dg.AssetKey("release")


@dg.asset_check(
    asset=RELEASE,
    description="The release was built, or built again with the same result, within as many days as the check's config "
    "says. The job check_release looks every week, so a build that quietly stopped running is noticed.",
)
def release_is_fresh(
    context: dg.AssetCheckExecutionContext, config: AgeConfig, warehouse: WarehouseResource
) -> dg.AssetCheckResult:
    """Compare the time of the last build with the clock."""
    with refuse_plainly():
        release = open_release(warehouse.open())
        logged = [line["committed_at"] for line in read_log(warehouse.open())[-1:]]
    event = context.instance.get_latest_materialization_event(RELEASE)
    materialized = [dt.datetime.fromtimestamp(event.timestamp, dt.UTC)] if event else []
    built_at = max([*map(dt.datetime.fromisoformat, [release.manifest["created_at"], *logged]), *materialized])
    days = (dt.datetime.now(dt.UTC) - built_at) / dt.timedelta(days=1)
    return dg.AssetCheckResult(
        passed=days <= config.most_days,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"last built {days:.1f} days ago; the limit is {config.most_days:g}",
        metadata={"age_days": days, "built_at": dg.MetadataValue.timestamp(built_at), "release_id": release.release_id},
    )
