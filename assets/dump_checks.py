"""What the dumps themselves are checked for: pages nobody has described yet, and too much that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg
import polars as pl

from assets.metadata import tabulate
from etl.load.tables import read_table, scan_table
from schemas.codes import QUARANTINE_REASONS, REJECTION_REASONS

if TYPE_CHECKING:
    from pathlib import Path

    from assets.config import QuarantineConfig

LAYOUTS: Final = "layouts_are_known"
QUARANTINE: Final = "quarantine_is_small"

_UNKNOWN_LAYOUT: Final = frozenset({"layout_unknown", "header_unknown"}) & {*QUARANTINE_REASONS, *REJECTION_REASONS}

DUMP_CHECKS: Final = (
    dg.AssetCheckSpec(
        LAYOUTS,
        asset="dumps",
        description="Every page has a layout that is described in etl/extract/layouts.py, and no line that is not. "
        "The rest of the release is sound, so this alarm blocks nothing; the source may have changed its pages.",
    ),
    dg.AssetCheckSpec(
        QUARANTINE,
        asset="dumps",
        blocking=True,
        description="Little of the bytes could not be read. A warning above the first limit; above the second the "
        "release is not made, since most likely the source has changed. The limits are the run's config of extract.",
    ),
)


def check_dumps(folder: Path, limits: QuarantineConfig) -> list[dg.AssetCheckResult]:
    """Check the dumps, spans and quarantine that extraction wrote to ``folder``."""
    return [check_layouts(folder), check_quarantine(folder, limits)]


def check_layouts(folder: Path) -> dg.AssetCheckResult:
    """Look for dumps and lines of a layout that nobody has described."""
    rejected = scan_table(folder, "dumps").filter(pl.col("reason").is_in(_UNKNOWN_LAYOUT)).select("dump_id", "reason")
    lines = scan_table(folder, "quarantine").filter(pl.col("reason").is_in(_UNKNOWN_LAYOUT)).select("dump_id", "reason")
    unknown = (
        pl.concat([rejected, lines]).group_by("dump_id", "reason").len("places").sort("dump_id", "reason").collect()
    )
    count = unknown["dump_id"].n_unique()
    return dg.AssetCheckResult(
        passed=unknown.is_empty(),
        check_name=LAYOUTS,
        asset_key="dumps",
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{count} dumps have what no layout describes: describe it, then build again"
        if count
        else "every page has a known layout",
        metadata={"unknown_layout_dump_count": count, **({"where": tabulate(unknown.head(20))} if count else {})},
    )


def check_quarantine(folder: Path, limits: QuarantineConfig) -> dg.AssetCheckResult:
    """Measure the share of bytes in quarantine against the two limits."""
    dumps = read_table(folder, "dumps")
    total, quarantined = int(dumps["byte_count"].sum()), int(dumps["quarantine_bytes"].sum())
    share = quarantined / total if total else 0.0
    is_grave = share > limits.most_quarantine
    return dg.AssetCheckResult(
        passed=share <= limits.much_quarantine,
        check_name=QUARANTINE,
        asset_key="dumps",
        severity=dg.AssetCheckSeverity.ERROR if is_grave else dg.AssetCheckSeverity.WARN,
        description=f"{share:.2%} of the bytes are in quarantine ({quarantined:,} of {total:,}); "
        f"warning above {limits.much_quarantine:.2%}, no release above {limits.most_quarantine:.2%}",
        metadata={"quarantine_share": share, "quarantine_bytes": quarantined, "byte_count": total},
    )
