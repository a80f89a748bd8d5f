"""The assets: one step for each stage of ``etl.pipeline``, in the same order.

A step yields its results after it has let go of the warehouse's lock: Dagster may break off between two of them, and a
generator that is broken off would keep the lock. No annotation is postponed here: Dagster takes the type of a step's
``config`` as it stands, and a string is none.
"""

from collections.abc import Iterator
from typing import Final

import dagster as dg

from assets.config import DecisionsConfig, DumpsConfig, PublishConfig, QuarantineConfig
from assets.dump_checks import DUMP_CHECKS, check_dumps
from assets.gate_checks import GATE_CHECKS, report_gate
from assets.resources import RunnerResource, WarehouseResource
from assets.results import list_specs, report_gated, report_release, report_results
from assets.rule_checks import list_rule_specs
from etl.stages.account import account_inputs
from etl.stages.collect import collect_inputs
from etl.stages.date import infer_page_years
from etl.stages.extract import extract_listings
from etl.stages.gate import run_gates
from etl.stages.identify import find_papers
from etl.stages.publish import clear_leftovers, publish_release
from etl.stages.receipt import Receipt
from etl.stages.resolve import resolve_papers

Results = Iterator[dg.MaterializeResult[Receipt] | dg.AssetCheckResult]

RETRIES: Final = dg.RetryPolicy(max_retries=3, delay=5, backoff=dg.Backoff.EXPONENTIAL)
"""For what can pass: a file server that does not answer, a worker that was killed. A refusal in one sentence is final,
see ``assets.resources.refuse_plainly``."""

PUBLISH_POOL: Final = "publish"
"""Runs that publish take turns: the instance's settings give each pool one place (``etl.cli.dagster_server``)."""


@dg.multi_asset(name="collect", specs=list_specs("collect"), retry_policy=RETRIES)
def collect(context: dg.AssetExecutionContext, config: DumpsConfig, warehouse: WarehouseResource) -> Results:
    """Read and hash every named file once."""
    with warehouse.hold(context.log) as lock:
        receipt = collect_inputs(lock.warehouse, config.to_options(), store=warehouse.find_store())
        results = report_results(lock.warehouse, receipt)
    yield from results


@dg.multi_asset(
    name="extract",
    specs=list_specs("extract"),
    check_specs=[*list_rule_specs("extract"), *DUMP_CHECKS],
    retry_policy=RETRIES,
)
def extract(
    context: dg.AssetExecutionContext,
    config: QuarantineConfig,
    collected_dumps: Receipt,
    warehouse: WarehouseResource,
    runner: RunnerResource,
) -> Results:
    """Parse every distinct dump; each of its bytes gets one role."""
    with warehouse.hold(context.log) as lock, runner.open(lock, context.log) as engine:
        receipt = extract_listings(
            lock.warehouse, collected_dumps, runner=engine, mirror=warehouse.find_mirror(), on_tell=context.log.info
        )
        results = report_results(lock.warehouse, receipt, engine.usage)
        checks = check_dumps(receipt.open_folder(lock.warehouse), config)
    yield from results
    yield from checks


@dg.multi_asset(
    name="account", specs=list_specs("account"), check_specs=list_rule_specs("account"), retry_policy=RETRIES
)
def account(
    context: dg.AssetExecutionContext, collected_dumps: Receipt, dumps: Receipt, warehouse: WarehouseResource
) -> Results:
    """Say of every named file what became of it."""
    with warehouse.hold(context.log) as lock:
        receipt = account_inputs(lock.warehouse, collected_dumps, dumps)
        results = report_results(lock.warehouse, receipt)
    yield from results


@dg.multi_asset(name="identify", specs=list_specs("identify"), retry_policy=RETRIES)
def identify(
    context: dg.AssetExecutionContext,
    config: DecisionsConfig,
    extracted_listings: Receipt,
    warehouse: WarehouseResource,
    runner: RunnerResource,
) -> Results:
    """Find which listings are one paper."""
    with warehouse.hold(context.log) as lock, runner.open(lock, context.log) as engine:
        receipt = find_papers(
            lock.warehouse,
            extracted_listings,
            config.find_file(),
            runner=engine,
            mirror=warehouse.find_mirror(),
            on_tell=context.log.info,
        )
        results = report_results(lock.warehouse, receipt, engine.usage)
    yield from results


@dg.multi_asset(name="date", specs=list_specs("date"), check_specs=list_rule_specs("date"), retry_policy=RETRIES)
def date(
    context: dg.AssetExecutionContext,
    collected_dumps: Receipt,
    extracted_listings: Receipt,
    paper_identities: Receipt,
    warehouse: WarehouseResource,
    runner: RunnerResource,
) -> Results:
    """Find the year of every page, from all evidence of the whole set."""
    with warehouse.hold(context.log) as lock, runner.open(lock, context.log) as engine:
        receipt = infer_page_years(
            lock.warehouse,
            collected_dumps,
            extracted_listings,
            paper_identities,
            runner=engine,
            mirror=warehouse.find_mirror(),
        )
        results = report_results(lock.warehouse, receipt, engine.usage)
    yield from results


@dg.multi_asset(
    name="resolve", specs=list_specs("resolve"), check_specs=list_rule_specs("resolve"), retry_policy=RETRIES
)
def resolve(
    context: dg.AssetExecutionContext,
    extracted_listings: Receipt,
    paper_identities: Receipt,
    pages: Receipt,
    warehouse: WarehouseResource,
    runner: RunnerResource,
) -> Results:
    """Make one row per paper, and every table that says how it came about."""
    with warehouse.hold(context.log) as lock, runner.open(lock, context.log) as engine:
        receipt = resolve_papers(
            lock.warehouse,
            extracted_listings,
            paper_identities,
            pages,
            runner=engine,
            mirror=warehouse.find_mirror(),
            on_tell=context.log.info,
        )
        results = report_results(lock.warehouse, receipt, engine.usage)
    yield from results


@dg.multi_asset(name="gate", specs=list_specs("gate"), check_specs=GATE_CHECKS, retry_policy=RETRIES)
def gate(
    context: dg.AssetExecutionContext,
    dumps: Receipt,
    inputs: Receipt,
    pages: Receipt,
    papers: Receipt,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Check all tables together; whatever is broken here keeps the release from being made."""
    with warehouse.hold(context.log) as lock:
        report = run_gates(lock.warehouse, [dumps, inputs, pages, papers])
    yield report_gated(report)
    yield from report_gate(report)


@dg.multi_asset(name="publish", specs=list_specs("publish"), retry_policy=RETRIES, pool=PUBLISH_POOL)
def publish(
    context: dg.AssetExecutionContext,
    config: PublishConfig,
    collected_dumps: Receipt,
    dumps: Receipt,
    inputs: Receipt,
    paper_identities: Receipt,
    pages: Receipt,
    papers: Receipt,
    warehouse: WarehouseResource,
) -> dg.MaterializeResult[None]:
    """Gate all tables once more and make them the current release in one step."""
    receipts = [collected_dumps, dumps, inputs, paper_identities, pages, papers]
    with warehouse.hold(context.log) as lock:
        release = publish_release(
            lock.warehouse,
            receipts,
            lock=lock,
            allow_shrink=config.allow_shrink,
            accept_break=config.accept_break,
            store=warehouse.find_store(),
            on_lost=context.log.warning,
            on_step=context.log.info,
        )
        clear_leftovers(lock.warehouse, receipts)
        return report_release(lock.warehouse, release)


STAGES: Final = (collect, extract, account, identify, date, resolve, gate, publish)
