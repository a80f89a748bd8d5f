"""Stage 4, identify: which listings are one paper, from narrow rows; few abstracts are read at all.

Tasks by ranges of pieces find the pairs worth comparing; tasks by ranges of candidates put each pair down once, then
gather what is known of the candidates in pairs; tasks by stretches of pairs compare them. What the rules match is few,
and is joined to papers here. Where an earlier build knows nearly all of it, its result is amended instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.runners.local import LocalRunner
from etl.stages.amend import find_amendment
from etl.stages.amend_identity import amend_identity
from etl.stages.decisions import read_decisions
from etl.stages.identity import add_apart, count_papers, write_identity
from etl.stages.merging import merge_folders
from etl.stages.parts import read_parts
from etl.stages.receipt import Receipt, list_earlier, run_stage
from etl.stages.runs import (
    WHOLE,
    Bucket,
    list_buckets,
    list_runs,
    read_keys,
    read_run,
    read_runs,
    read_stretch,
    remove_runs,
    write_run,
)
from etl.stages.tasks import RangeSpec, Tasks
from etl.transform.candidates import PAIR_SCHEMA, SHARED_SCHEMA, find_blocks, halve_id, list_pairs, order_titles
from etl.transform.dates import CUT_DAY, forget_cut_days
from etl.transform.decisions import DECISION_SCHEMA, Decisions, check_chains, resolve_decisions
from etl.transform.identify import (
    IS_CLOSE,
    JUDGED_SCHEMA,
    PAIR,
    group_candidates,
    judge_pairs,
    name_pairs,
)
from etl.transform.observations import OBSERVED, gather_prints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.stages.parts import Parts
    from etl.store import Place

PAIRS_PER_TASK: Final = 20_000


@dataclass(frozen=True)
class IdentifySpec(RangeSpec):
    """One task: also the folder of extraction's runs, and where need be a stretch of the range's pairs.

    In the folder ``judged``, if there is one, an earlier build has put down what came of comparing pairs.
    """

    source: str
    judged: str | None
    number: int
    stretch: Bucket = WHOLE


class IdentifyReceipt(NamedTuple):
    """What a task came to."""

    number: int
    found: int
    """Large blocks, candidates, pairs, or pairs compared."""


def find_papers(  # noqa: PLR0913 - what to read, and how to work
    warehouse: Warehouse,
    extracted: Receipt,
    decisions: Path | None = None,
    *,
    runner: Runner | None = None,
    mirror: Place | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_tell: Callable[[str], None] | None = None,
) -> Receipt:
    """Group the extracted cards into papers; writes ``etl.transform.identify.Identity`` as runs.

    ``decisions`` is the file of people's decisions, if there is one; ``mirror`` as for ``run_stage``. ``on_tell`` is
    told in a sentence how many pairs were compared anew.
    Errors: ``DecisionsInvalidError`` for a bad file, ``DecisionsContradictError`` for one that contradicts itself.
    """
    source = extracted.open_folder(warehouse) / "runs"
    decided = pl.DataFrame(schema=DECISION_SCHEMA) if decisions is None else read_decisions(decisions)

    def work(folder: Path) -> Mapping[str, int | str]:
        asked, unmatched = _resolve_decisions(decided, source)
        check_chains(asked)
        _write_decided(folder, asked)
        amendment, parts = find_amendment(warehouse, "identify", extracted), read_parts(extracted)
        if amendment is not None:
            counts = amend_identity(source, amendment, folder, asked)
        else:
            tasks = Tasks(runner or LocalRunner(), 4 * parts.buckets, on_progress)
            counts = _find_all(source, folder, asked, tasks, parts, _find_judged(warehouse))
        compared, paired = counts.pop("compared"), counts["pairs"]
        if compared < paired and on_tell is not None:
            on_tell(f"{compared:,} of {paired:,} pairs were compared, the others were before.")
        return {
            **counts,
            "decisions": decided.height,
            "decisions_without_paper": len(unmatched),
            "lost_decisions": ", ".join(str(row + 1) for row in unmatched),
        }

    return run_stage(warehouse, "identify", [decided.rows()], work, made_from=[extracted], mirror=mirror)


def _find_judged(warehouse: Warehouse) -> str | None:
    """Find what the latest result says of pairs; they are not compared again as long as they print the same."""
    return next((str(earlier.folder / "judged") for earlier in list_earlier(warehouse, "identify")), None)


def _find_all(  # noqa: PLR0913, PLR0917 - what to read, and how to work
    source: Path, folder: Path, asked: Decisions, tasks: Tasks, parts: Parts, judged: str | None
) -> dict[str, int]:
    """Find the papers of all candidates, range by range; gives counts."""
    buckets = list_buckets(parts.buckets)
    specs = [IdentifySpec(str(folder), bucket, parts, str(source), judged, bucket.number) for bucket in buckets]
    write_run(pl.DataFrame(schema=SHARED_SCHEMA), folder / "pairs" / "none.arrow", pl.col("left"))
    large_blocks = tasks.run(pair_bucket, specs)
    merge_folders([folder / "pairs"], tasks)
    pairs = {receipt.number: receipt.found for receipt in tasks.run(gather_pairs, specs)}
    merge_folders([folder / "wanted"], tasks)
    candidates = sum(receipt.found for receipt in tasks.run(observe_bucket, specs))
    merge_folders([folder / "prints"], tasks)
    compared = sum(receipt.found for receipt in tasks.run(compare_stretch, list(_cut_stretches(specs, pairs))))
    identity = group_candidates(add_apart(read_runs(folder / "close"), folder, asked), asked)
    write_identity(identity, folder)
    remove_runs(folder, "gathered", "wanted", "prints", "close")
    return {
        **count_papers(candidates, identity),
        "pairs": sum(pairs.values()),
        "compared": compared,
        "large_blocks": sum(receipt.found for receipt in large_blocks),
    }


def pair_bucket(spec: IdentifySpec) -> IdentifyReceipt:
    """Find the pairs worth comparing among the candidates that share a piece of this range."""
    blocks = find_blocks(read_runs(Path(spec.source, "pieces"), spec.bucket))
    large = blocks.large["alias"].unique().sort()
    orders = order_titles(read_keys(Path(spec.source, "candidates"), large, ["alias_id", "title_key"]))
    for number, pairs in enumerate(list_pairs(blocks, orders)):
        write_run(pairs, Path(spec.folder, "pairs", f"{spec.number:06d}-{number:04d}.arrow"), pl.col("left"))
    return IdentifyReceipt(spec.number, blocks.count_large())


def gather_pairs(spec: IdentifySpec) -> IdentifyReceipt:
    """Put down each pair of this range of left candidates once, and which candidates stand in them."""
    found = [read_runs(Path(spec.folder, kind), spec.bucket, [*PAIR_SCHEMA]) for kind in ("pairs", "decided")]
    pairs = pl.concat(found).unique()
    write_run(pairs, _name_run(spec, "gathered"), pl.col("left"), "left", "right")
    wanted = pl.concat([pairs["left"], pairs["right"]]).unique().alias("alias").to_frame()
    write_run(wanted, _name_run(spec, "wanted"), pl.col("alias"))
    return IdentifyReceipt(spec.number, pairs.height)


def observe_bucket(spec: IdentifySpec) -> IdentifyReceipt:
    """Gather what the listings of this range's candidates print, as far as those stand in a pair."""
    columns = [*dict.fromkeys((*OBSERVED, *CUT_DAY))]
    cards = forget_cut_days(read_runs(Path(spec.source, "candidates"), spec.bucket, columns))
    wanted = read_runs(Path(spec.folder, "wanted"), spec.bucket)["alias"].unique()
    paired = cards.filter(halve_id("alias_id").is_in(wanted.implode()))
    write_run(gather_prints(paired), _name_run(spec, "prints"), pl.col("alias"), "alias_id")
    return IdentifyReceipt(spec.number, cards["alias_id"].n_unique())


def compare_stretch(spec: IdentifySpec) -> IdentifyReceipt:
    """Compare the pairs of one stretch, but for those that an earlier build compared and that print the same today.

    Those that are one paper or nearly are few, and are put down once more by themselves.
    """
    pairs = read_stretch(Path(spec.folder, "gathered", f"{spec.bucket.number:06d}.arrow"), spec.stretch)
    wanted = pl.concat([pairs["left"], pairs["right"]]).unique().sort()
    prints = read_keys(Path(spec.folder, "prints"), wanted)
    named = name_pairs(pairs, prints)
    judged, compared = judge_pairs(named, prints, _read_judged(spec))
    for kind, rows in {
        "judged": judged,
        "close": judged.filter(IS_CLOSE),
    }.items():
        write_run(rows, _name_run(spec, kind), halve_id("alias_id"), *PAIR)
    return IdentifyReceipt(spec.number, compared)


def _read_judged(spec: IdentifySpec) -> pl.DataFrame:
    """Read what came of comparing the pairs of this range before."""
    return pl.DataFrame(schema=JUDGED_SCHEMA) if spec.judged is None else read_runs(Path(spec.judged), spec.bucket)


def _name_run(spec: IdentifySpec, kind: str) -> Path:
    return Path(spec.folder, kind, f"{spec.number:06d}.arrow")


def _cut_stretches(specs: Sequence[IdentifySpec], pairs: Mapping[int, int]) -> Iterator[IdentifySpec]:
    """Cut the pairs of each range into stretches of about :data:`PAIRS_PER_TASK`, at least one."""
    numbers = count()
    for spec in specs:
        for stretch in list_buckets(max(1, -(-pairs[spec.number] // PAIRS_PER_TASK))):
            yield replace(spec, stretch=stretch, number=next(numbers))


def _resolve_decisions(decided: pl.DataFrame, source: Path) -> tuple[Decisions, list[int]]:
    narrow = {"title_key": pl.String, "alias_id": pl.String}
    if decided.is_empty():
        return resolve_decisions(decided, pl.DataFrame(schema=narrow))
    cards = [read_run(run, columns=[*narrow]).unique() for run in list_runs(source / "candidates")]
    return resolve_decisions(decided, pl.concat(cards))


def _write_decided(folder: Path, asked: Decisions) -> None:
    """Write down the pairs that people decided on, beside those that the tasks found."""
    decided = pl.DataFrame(
        sorted({*asked.same, *asked.different}), schema=dict.fromkeys(PAIR_SCHEMA, pl.String), orient="row"
    )
    pairs = decided.select(halve_id(name).alias(name) for name in PAIR_SCHEMA)
    write_run(pairs, folder / "decided" / "all.arrow", pl.col("left"), "left", "right")
