"""The way of the data, stage by stage. Read this first.

dumps --collect--> a plan            which files, and what their bytes are
      --extract--> cards, spans, quarantine, the byte ledger; many processes, a few MB each
      --account--> inputs            what became of every file
      --identify-> which listings are one paper
      --date-----> which year each page is of
      --resolve--> papers, listings, merges, near_misses, variants, aliases, links, organizations
      --publish--> a release
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from etl.load.lock import hold_lock
from etl.load.reader import read_current_id
from etl.runners.local import LocalRunner
from etl.stages.account import account_inputs
from etl.stages.collect import InputOptions, collect_inputs
from etl.stages.date import infer_page_years
from etl.stages.extract import extract_listings
from etl.stages.identify import find_papers
from etl.stages.mirror import find_mirror
from etl.stages.publish import clear_leftovers, publish_release
from etl.stages.resolve import resolve_papers

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.lock import Holder
    from etl.load.release import Release
    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.stages.receipt import Receipt
    from etl.store import Place


class Progress(Protocol):
    """Who wants to know how a build gets on."""

    def start(self, stage: str) -> None:
        """Hear that a stage begins."""

    def advance(self, done: int, total: int) -> None:
        """Hear how much of the stage's work is done: files when collecting, bytes when extracting, else tasks."""

    def step(self, what: str) -> None:
        """Hear that a step of publishing begins."""

    def tell(self, sentence: str) -> None:
        """Hear what of a stage's work an earlier build has done, and what is done anew and why."""


class NoProgress:
    """Progress that nobody watches."""

    def start(self, stage: str) -> None:
        """Say nothing."""

    def advance(self, done: int, total: int) -> None:
        """Say nothing."""

    def step(self, what: str) -> None:
        """Say nothing."""

    def tell(self, sentence: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class BuildReport:
    """What a build came to: each stage's receipt, the release, and whether it is another one than before."""

    receipts: dict[str, Receipt]
    release: Release
    is_new: bool


def build(  # noqa: PLR0913 - all but the first two have sensible defaults
    warehouse: Warehouse,
    options: InputOptions,
    *,
    runner: Runner | None = None,
    wait: bool = True,
    dry_run: bool = False,
    allow_shrink: bool = False,
    accept_break: str | None = None,
    store: Place | None = None,
    on_wait: Callable[[Holder | None], None] | None = None,
    on_lost: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Build a release from the named dumps and make it current.

    Holds the warehouse's lock from the first to the last stage. A stage whose inputs and code have not changed is not
    run again, and a release that was made from the same results is not published again. With ``dry_run`` everything is
    built and checked, and nothing is published. With ``store`` the release follows the one that is current in that
    warehouse, and becomes current there, too; ``on_lost`` is told when another writer was first and it is done again.
    What the stages have made then lies there as well, also after a ``dry_run``, and a build on another machine goes on
    with it.
    Errors: ``PaperhouseError`` (missing or unreadable inputs, a lock held by another, a broken rule, a gate that
    refuses); the release before then stays current.
    """
    progress = progress or NoProgress()
    warehouse.create_folders()
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(hold_lock(warehouse, wait=wait, on_wait=on_wait))
        before = read_current_id(warehouse)
        mirror = find_mirror(store) if store is not None else None
        runner = runner or stack.enter_context(LocalRunner())
        progress.start("collect")
        collected = collect_inputs(warehouse, options, store=store, on_progress=progress.advance)
        progress.start("extract")
        extracted = extract_listings(
            warehouse, collected, runner=runner, mirror=mirror, on_progress=progress.advance, on_tell=progress.tell
        )
        progress.start("account")
        accounted = account_inputs(warehouse, collected, extracted)
        progress.start("identify")
        identified = find_papers(
            warehouse,
            extracted,
            options.decisions,
            runner=runner,
            mirror=mirror,
            on_progress=progress.advance,
            on_tell=progress.tell,
        )
        progress.start("date")
        dated = infer_page_years(
            warehouse, collected, extracted, identified, runner=runner, mirror=mirror, on_progress=progress.advance
        )
        progress.start("resolve")
        resolved = resolve_papers(
            warehouse,
            extracted,
            identified,
            dated,
            runner=runner,
            mirror=mirror,
            on_progress=progress.advance,
            on_tell=progress.tell,
        )
        progress.start("publish")
        receipts = [collected, extracted, accounted, identified, dated, resolved]
        release = publish_release(
            warehouse,
            receipts,
            lock=lock,
            dry_run=dry_run,
            allow_shrink=allow_shrink,
            accept_break=accept_break,
            store=store,
            on_lost=on_lost,
            on_step=progress.step,
        )
        clear_leftovers(warehouse, receipts)
    return BuildReport({receipt.stage: receipt for receipt in receipts}, release, release.release_id != before)
