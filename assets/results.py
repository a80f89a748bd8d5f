"""A stage's assets as Dagster knows them: their definitions, and what it is told of them after each run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.checks import report_validity
from assets.graph import list_products
from assets.metadata import describe_columns, describe_result, describe_rows
from etl.stages.validated import read_validation
from etl.version import PACKAGE_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from assets.graph import Product
    from assets.metadata import Metadata
    from etl.load.warehouse import Warehouse
    from etl.stages.receipt import Receipt

RECEIPTS_KEY: Final = "io_manager"
"""The resource that keeps what assets hand on: Dagster's own default, so that its pickling one is never made."""


def list_specs(stage: str) -> list[dg.AssetSpec]:
    """Describe the assets that a stage makes."""
    return [_describe_asset(product) for product in list_products(stage)]


def report_results(warehouse: Warehouse, receipt: Receipt) -> tuple[dg.MaterializeResult[Receipt], ...]:
    """Make what Dagster is told of all that a stage made: the receipt to hand on, what people see of it, the checks."""
    folder = receipt.open_folder(warehouse)
    return tuple(_report_product(product, receipt, folder) for product in list_products(receipt.stage))


def _report_product(product: Product, receipt: Receipt, folder: Path) -> dg.MaterializeResult[Receipt]:
    metadata, checks = _report_table(product.table, folder) if product.table else _report_private(product, receipt)
    counts = describe_result(receipt, folder) if product.is_main else {}
    return dg.MaterializeResult(
        asset_key=product.name,
        value=receipt,
        metadata={**counts, **metadata},
        check_results=checks,
        data_version=dg.DataVersion(receipt.stage_id),
    )


def _report_table(table: str, folder: Path) -> tuple[Metadata, list[dg.AssetCheckResult]]:
    """Describe a table that was written; one with a broken rule was not, and only its check can be told."""
    broken_rules = read_validation(folder)[table]
    metadata = {} if broken_rules else describe_rows(table, folder)
    return metadata, [report_validity(table, broken_rules)]


def _report_private(product: Product, receipt: Receipt) -> tuple[Metadata, list[dg.AssetCheckResult]]:
    return {"dagster/row_count": receipt.metrics[product.counted_by]}, []


def _describe_asset(product: Product) -> dg.AssetSpec:
    columns = {"dagster/column_schema": describe_columns(product.table)} if product.table else {}
    spec = dg.AssetSpec(
        product.name,
        deps=product.made_from,
        description=product.description,
        group_name=product.group,
        kinds=set(product.kinds),
        code_version=PACKAGE_VERSION,
        metadata=columns,
    )
    return spec.with_io_manager_key(RECEIPTS_KEY) if product.is_handed_on else spec
