"""Stage 3, account: every named file or archive member, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from etl.load.tables import read_table
from etl.stages.collect import read_inputs
from etl.stages.receipt import Receipt, run_stage
from etl.stages.validated import write_valid_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse


def account_inputs(warehouse: Warehouse, collected: Receipt, extracted: Receipt) -> Receipt:
    """Write the table ``inputs``: what was named, with the reason where a dump was rejected."""

    def work(folder: Path) -> Mapping[str, int]:
        inputs = read_inputs(collected.open_folder(warehouse))
        dumps = read_table(extracted.open_folder(warehouse), "dumps")
        return {"broken_rules": write_valid_tables({"inputs": add_rejections(inputs, dumps)}, folder)}

    return run_stage(warehouse, "account", [], work, made_from=[collected, extracted])


def add_rejections(inputs: pl.DataFrame, dumps: pl.DataFrame) -> pl.DataFrame:
    """Mark the inputs whose dump was rejected.

    Columns in:  ``inputs`` as ``etl.stages.collect.INPUT_SCHEMA``; ``dumps``: ``dump_id``, ``status``, ``reason``.
    Columns out: those of ``schemas.printed.Inputs``; rows and order unchanged.
    """
    rejected = dumps.filter(pl.col("status") == "rejected").select("dump_id", pl.col("reason").alias("rejection"))
    joined = inputs.join(rejected, on="dump_id", how="left", maintain_order="left")
    is_rejected = pl.col("rejection").is_not_null()
    return joined.with_columns(
        pl.when(is_rejected).then(pl.lit("rejected")).otherwise("status").alias("status"),
        pl.when(is_rejected).then("rejection").otherwise("reason").alias("reason"),
    ).drop("rejection")
