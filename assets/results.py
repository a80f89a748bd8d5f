"""A stage's assets as Dagster knows them: their definitions, and what it is told of them after each run."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.gate_checks import GATED
from assets.graph import list_products
from assets.highlights import count_bytes_by_role, describe_highlights
from assets.lineage import describe_lineage, tabulate_lineage
from assets.metadata import describe_columns, describe_release, describe_result, describe_rows, tabulate_changes
from assets.pictures import draw_bytes_by_role, draw_papers_by_year, draw_repeats
from assets.rule_checks import report_rules
from etl.load.log import read_log
from etl.stages.gate import count_current_rows
from etl.stages.validated import read_validation
from etl.version import PACKAGE_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assets.graph import Product
    from assets.metadata import Metadata
    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from etl.runners.usage import Usage
    from etl.stages.gate import GateReport
    from etl.stages.receipt import Receipt

RECEIPTS_KEY: Final = "io_manager"
"""The resource that keeps what assets hand on: Dagster's own default, so that its pickling one is never made."""

FRESH: Final = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(days=7), warn_window=dt.timedelta(days=2))
"""When the UI marks the release as late: nobody has built for this long."""


def list_specs(stage: str) -> list[dg.AssetSpec]:
    """Describe the assets that a stage makes."""
    return [_describe_asset(product) for product in list_products(stage)]


def report_results(
    warehouse: Warehouse, receipt: Receipt, usage: Usage | None = None
) -> tuple[dg.MaterializeResult[Receipt], ...]:
    """Make what Dagster is told of all that a stage made: the receipt to hand on, what people see of it, the checks.

    ``usage`` is what the work took, wherever it was done.
    """
    before = count_current_rows(warehouse)
    used = usage.to_plain() if usage else {}
    return tuple(_report_product(product, receipt, warehouse, before, used) for product in list_products(receipt.stage))


def report_gated(report: GateReport) -> dg.MaterializeResult[None]:
    """Make what Dagster is told of all tables together: their rows beside those of the current release."""
    return dg.MaterializeResult(
        asset_key=GATED,
        metadata={
            "changes": tabulate_changes(report.changes),
            "broken_invariant_count": len(report.broken),
            **{f"{table}_rows": rows for table, rows in report.rows.items()},
        },
    )


def report_release(warehouse: Warehouse, release: Release) -> dg.MaterializeResult[None]:
    """Make what Dagster is told of a release: its names, its pictures, what changed since the one before it."""
    before: Mapping[str, int] = next((line["rows"] for line in read_log(warehouse)[-2:-1]), {})
    pictures = {
        "papers_per_year": draw_papers_by_year(release.scan("papers")),
        "bytes_by_role": draw_bytes_by_role(count_bytes_by_role(release.scan("dumps"))),
        "duplicates_per_dump": draw_repeats(release.scan("listings"), release.scan("merges")),
    }
    return dg.MaterializeResult(
        metadata={**pictures, **describe_release(release, before)},
        data_version=dg.DataVersion(release.manifest["content_id"]),
    )


def _report_product(
    product: Product, receipt: Receipt, warehouse: Warehouse, before: Mapping[str, int], used: Mapping[str, int | float]
) -> dg.MaterializeResult[Receipt]:
    folder = receipt.open_folder(warehouse)
    metadata, checks = (
        _report_table(product.table, folder, warehouse, before)
        if product.table
        else ({"dagster/row_count": receipt.metrics[product.counted_by]}, [])
    )
    counts = {**describe_result(receipt, folder), **used} if product.is_main else {}
    return dg.MaterializeResult(
        asset_key=product.name,
        value=receipt,
        metadata={**metadata, **{name: value for name, value in counts.items() if name not in metadata}},
        check_results=checks,
        data_version=dg.DataVersion(receipt.stage_id),
    )


def _report_table(
    table: str, folder: Path, warehouse: Warehouse, before: Mapping[str, int]
) -> tuple[Metadata, list[dg.AssetCheckResult]]:
    """Describe a table that was written; one with a broken rule was not, and only its checks can be told."""
    validation = read_validation(folder)
    checks = report_rules(table, validation[table])
    if validation[table]:
        return {}, checks
    extras = {} if any(validation.values()) else describe_highlights(table, folder, warehouse)
    return {**extras, **describe_rows(table, folder, before.get(table))}, checks


def _describe_asset(product: Product) -> dg.AssetSpec:
    spec = dg.AssetSpec(
        product.name,
        deps=product.made_from,
        description=product.description,
        group_name=product.group,
        kinds=set(product.kinds),
        owners=[product.owner],
        code_version=PACKAGE_VERSION,
        freshness_policy=FRESH if product.name == "release" else None,
        metadata=_describe_table(product.table) if product.table else {},
    )
    return spec.with_io_manager_key(RECEIPTS_KEY) if product.is_handed_on else spec


def _describe_table(table: str) -> Metadata:
    return {
        "dagster/column_schema": describe_columns(table),
        "dagster/column_lineage": describe_lineage(table),
        "columns_made_from": tabulate_lineage(table),
    }
