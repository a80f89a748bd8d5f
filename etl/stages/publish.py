"""Stage 7, publish: the stages' tables become a release, in one step that readers see whole or not at all."""

from __future__ import annotations

import contextlib
import importlib
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from etl.errors import PaperhouseError
from etl.load.files import WriteFailedError
from etl.load.linking import SourceDamagedError
from etl.load.manifest import hash_sql
from etl.load.reader import CURRENT
from etl.load.release import publish
from etl.load.sql_files import list_sql_files
from etl.load.staging import sweep_staging
from etl.load.standing import find_standing, note_release
from etl.stages.collect import read_plan, read_roots
from etl.stages.extract import list_named_units
from etl.stages.follow import follow_store
from etl.stages.members import clear_members, list_members
from etl.stages.mirror import find_mirror
from etl.stages.receipt import RECEIPT_NAME, clear_old_results, forget_results, hash_parts
from etl.stages.stored_results import find_sent_result, take_back_result
from etl.stages.units import clear_units
from etl.stages.validated import read_validation, require_valid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from etl.load.lock import Lock
    from etl.load.release import Release
    from etl.load.warehouse import Warehouse
    from etl.stages.receipt import Metrics, Receipt
    from etl.store import Place


class NothingReadError(PaperhouseError):
    """A build of which not one dump was read as a listing page."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(
            f"not one listing was read from the dumps ({metrics['rejected_dumps']} rejected, {metrics['empty_dumps']} "
            "empty); check that they are listing pages: nothing was published, the release before stays"
        )


REPORT_NAME: Final = "report.html"
"""The file in which a release shows itself to people."""

TABLE_STAGES: Final = ("account", "extract", "date", "resolve")
"""Stages that write published tables."""


def publish_release(  # noqa: PLR0913 - the options of one act, each by its name
    warehouse: Warehouse,
    receipts: Sequence[Receipt],
    *,
    lock: Lock,
    dry_run: bool = False,
    allow_shrink: bool = False,
    accept_break: str | None = None,
    store: Place | None = None,
    follow: str = CURRENT,
    on_lost: Callable[[str], None] | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Release:
    """Publish the tables of all stages as the warehouse's current release.

    A release from the same roots that has lost more than half its rows is refused, unless ``allow_shrink``; so is one
    whose data break readers, unless ``accept_break`` gives the reason.

    Errors: ``NothingReadError`` if no dump was read, ``TableInvalidError`` if any table breaks a rule,
    ``ResultMissingError`` if a stage's result is gone, and whatever a gate of ``etl.load.release.publish`` refuses;
    the release before then stays current.

    If the current release was made from the very same results and is untouched, nothing is new and it stays. What is
    new follows the current release, or the one named by ``follow``. With a ``store`` the same is done on what is
    current there, as ``etl.stages.follow.follow_store`` says, with its errors.
    """
    if store is not None:
        publish_here = partial(
            publish_release,
            warehouse,
            receipts,
            lock=lock,
            dry_run=dry_run,
            allow_shrink=allow_shrink,
            accept_break=accept_break,
            on_step=on_step,
        )
        sent = [
            find_sent_result(find_mirror(store), receipt.stage, receipt.stage_id)
            for receipt in receipts
            if receipt.stage in TABLE_STAGES
        ]
        try:
            return follow_store(
                warehouse, store, publish_here, lock=lock, sent=sent, dry_run=dry_run, on_lost=on_lost, on_step=on_step
            )
        except SourceDamagedError:
            for place in sent:
                take_back_result(place)
            raise
    lock.require(warehouse)
    metrics = next(receipt.metrics for receipt in receipts if receipt.stage == "extract")
    if not metrics["read_dumps"]:
        raise NothingReadError(metrics)
    made_from = hash_parts([[receipt.stage, receipt.stage_id] for receipt in receipts], hash_sql(list_sql_files()))
    standing = None if dry_run else find_standing(warehouse, made_from)
    if standing is not None:
        return standing
    tables = find_tables(warehouse, receipts)
    roots = next(read_roots(receipt.open_folder(warehouse)) for receipt in receipts if receipt.stage == "collect")
    threading.Thread(target=importlib.import_module, args=("etl.report.page",)).start()  # it takes long, and disks too
    facts = {"input_roots": roots, "stages": {receipt.stage: dict(receipt.metrics) for receipt in receipts}}
    try:
        release = publish(
            warehouse,
            tables,
            lock=lock,
            facts=facts,
            documents={REPORT_NAME: render_report},
            dry_run=dry_run,
            allow_shrink=allow_shrink,
            accept_break=accept_break,
            follow=follow,
            on_step=on_step,
        )
    except SourceDamagedError:
        forget_results([receipt for receipt in receipts if receipt.stage in TABLE_STAGES], warehouse)
        raise
    if not dry_run:
        # The release is committed: on a disk that takes no note the next build takes longer, and this one is done.
        with contextlib.suppress(OSError, WriteFailedError):
            note_release(warehouse, release, made_from)
    return release


def render_report(release: Release, before: Release | None) -> str:
    """Render the release's report; what draws its pictures is imported only when there is something to draw."""
    from etl.report.page import render_report as render  # noqa: PLC0415 - matplotlib takes half a second

    return render(release, before)


def clear_leftovers(warehouse: Warehouse, receipts: Sequence[Receipt]) -> None:
    """Clear away what no build will use again: old results of stages, and units and members that no kept one names.

    The caller holds the warehouse's lock.
    """
    sweep_staging(warehouse)
    clear_old_results(warehouse, receipts)
    extracted = [path for path in (warehouse.state / "extract").iterdir() if path.is_dir()]
    clear_units(warehouse, {unit_id for folder in extracted for unit_id in list_named_units(folder)})
    if not list_members(warehouse):
        return
    plans = [folder for folder in (warehouse.state / "collect").iterdir() if (folder / RECEIPT_NAME).is_file()]
    clear_members(warehouse, {dump_id for folder in plans for dump_id in read_plan(folder)["dump_id"]})


def find_tables(warehouse: Warehouse, receipts: Sequence[Receipt]) -> dict[str, Path]:
    """Find the folder of each published table, after a last look that every rule holds."""
    tables: dict[str, Path] = {}
    for receipt in receipts:
        if receipt.stage in TABLE_STAGES:
            folder = receipt.open_folder(warehouse)
            require_valid(folder)
            tables |= {name: folder / name for name in read_validation(folder)}
    return tables
