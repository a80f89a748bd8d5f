"""Stage 4, identify: which listings are one paper, from narrow rows; few abstracts are read at all.

Tasks by ranges of pieces find the pairs worth comparing; tasks by ranges of candidates gather what is known of those
in pairs; tasks by stretches of pairs compare them. What the rules match is few, and is joined to papers here. At last
the listings of papers with several candidates are brought together, for the stages that follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.runners.local import LocalRunner
from etl.stages.decisions import read_decisions
from etl.stages.receipt import Receipt, run_stage
from etl.stages.runs import (
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
from etl.stages.tasks import Tasks
from etl.transform.candidates import PAIR_SCHEMA, count_large_blocks, halve_id, pair_candidates
from etl.transform.decisions import DECISION_SCHEMA, Decisions, check_chains, resolve_decisions
from etl.transform.identify import Identity, compare_pairs, group_candidates
from etl.transform.observations import OBSERVED, observe_candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner

PAIRS_PER_TASK: Final = 20_000


@dataclass(frozen=True)
class IdentifySpec:
    """One task: the folder of extraction's runs, the stage's own, and a range of keys or a stretch of pairs."""

    source: str
    folder: str
    bucket: Bucket


class IdentifyReceipt(NamedTuple):
    """What a task came to."""

    number: int
    found: int
    """Large blocks, candidates, or pairs."""


def find_papers(
    warehouse: Warehouse,
    extracted: Receipt,
    decisions: Path | None = None,
    *,
    runner: Runner | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Receipt:
    """Group the extracted cards into papers; writes what ``read_identity`` and ``read_group_cards`` read back.

    ``decisions`` is the file of people's decisions, if there is one. Errors: ``DecisionsInvalidError`` for a bad one,
    ``DecisionsContradictError`` for one that contradicts itself.
    """
    source = extracted.open_folder(warehouse) / "runs"
    decided = pl.DataFrame(schema=DECISION_SCHEMA) if decisions is None else read_decisions(decisions)
    buckets = int(extracted.metrics["buckets"])

    def work(folder: Path) -> Mapping[str, int | str]:
        tasks = Tasks(runner or LocalRunner(), 4 * buckets, on_progress)
        specs = [IdentifySpec(str(source), str(folder), bucket) for bucket in list_buckets(buckets)]
        large_blocks = tasks.run(pair_bucket, specs)
        asked, unmatched = _resolve_decisions(decided, source)
        check_chains(asked)
        pairs = _gather_pairs(folder, asked)
        candidates = sum(receipt.found for receipt in tasks.run(observe_bucket, specs))
        tasks.run(compare_stretch, [replace(specs[0], bucket=stretch) for stretch in list_stretches(pairs)])
        identity = group_candidates(read_runs(folder / "verdicts"), asked)
        for name, rows in identity._asdict().items():
            rows.write_parquet(folder / f"{name}.parquet")
        tasks.run(gather_groups, specs)
        remove_runs(folder, "pairs", "pairs.arrow", "wanted.arrow", "observations", "verdicts")
        groups = identity.groups
        return {
            "candidates": candidates,
            "papers": candidates - groups.height + groups["group_id"].n_unique(),
            "pairs": pairs,
            "matches": identity.matches.height // 2,
            "near_misses": identity.near_misses.height,
            "large_blocks": sum(receipt.found for receipt in large_blocks),
            "decisions": decided.height,
            "decisions_without_paper": len(unmatched),
            "lost_decisions": ", ".join(str(row + 1) for row in unmatched),
        }

    return run_stage(warehouse, "identify", [extracted.stage_id, decided.rows()], work)


def read_identity(folder: Path) -> Identity:
    """Read the groups of several candidates, the merged pairs and the near misses back."""
    return Identity(*(pl.read_parquet(folder / f"{name}.parquet", glob=False) for name in Identity._fields))


def pair_bucket(spec: IdentifySpec) -> IdentifyReceipt:
    """Find the pairs worth comparing among the candidates that share a piece of this range."""
    pieces = read_runs(Path(spec.source, "pieces"), spec.bucket)
    write_run(pair_candidates(pieces), _name_run(spec, "pairs"), pl.col("left"), "left", "right")
    return IdentifyReceipt(spec.bucket.number, count_large_blocks(pieces))


def observe_bucket(spec: IdentifySpec) -> IdentifyReceipt:
    """Gather what the listings of this range's candidates print, as far as they stand in a pair."""
    cards = read_runs(Path(spec.source, "candidates"), spec.bucket, OBSERVED)
    wanted = read_run(Path(spec.folder, "wanted.arrow"), spec.bucket)["alias"]
    paired = cards.filter(halve_id("alias_id").is_in(wanted.implode()))
    write_run(observe_candidates(paired), _name_run(spec, "observations"), pl.col("alias"), "alias_id")
    return IdentifyReceipt(spec.bucket.number, cards["alias_id"].n_unique())


def compare_stretch(spec: IdentifySpec) -> IdentifyReceipt:
    """Compare the pairs of one stretch."""
    folder, bucket = Path(spec.folder), spec.bucket
    pairs = read_stretch(folder / "pairs.arrow", bucket)
    wanted = pl.concat([pairs["left"], pairs["right"]]).unique().sort()
    verdicts = compare_pairs(pairs, read_keys(folder / "observations", wanted))
    write_run(verdicts, _name_run(spec, "verdicts"), halve_id("alias_id"), *verdicts.columns[:2])
    return IdentifyReceipt(bucket.number, pairs.height)


def gather_groups(spec: IdentifySpec) -> IdentifyReceipt:
    """Bring this range's cards of papers with several candidates under the name of their group."""
    groups = read_identity(Path(spec.folder)).groups
    cards = read_runs(Path(spec.source, "candidates"), spec.bucket).join(groups, on="alias_id")
    write_run(cards, _name_run(spec, "grouped"), halve_id("group_id"), "group_id", "dump_id", "position")
    return IdentifyReceipt(spec.bucket.number, cards.height)


def read_group_cards(source: Path, identified: Path, bucket: Bucket, columns: Sequence[str]) -> pl.DataFrame:
    """Read the cards of all papers whose group is in this range, with their ``group_id``.

    ``source`` is the folder of extraction's runs, ``identified`` that of this stage; columns are those of
    ``etl.transform.cards.RESOLVED``.
    """
    groups = read_identity(identified).groups
    names = [*dict.fromkeys(("alias_id", *columns))]
    alone = (
        read_runs(source / "candidates", bucket, names)
        .join(groups, on="alias_id", how="anti")
        .with_columns(pl.col("alias_id").alias("group_id"))
    )
    return pl.concat([alone, read_runs(identified / "grouped", bucket, alone.columns)])


def _name_run(spec: IdentifySpec, kind: str) -> Path:
    return Path(spec.folder, kind, f"{spec.bucket.number:06d}.arrow")


def list_stretches(pairs: int) -> Iterator[Bucket]:
    """Cut so many pairs into stretches of about :data:`PAIRS_PER_TASK`, at least one."""
    count = max(1, -(-pairs // PAIRS_PER_TASK))
    return (Bucket(number, count) for number in range(count))


def _resolve_decisions(decided: pl.DataFrame, source: Path) -> tuple[Decisions, list[int]]:
    narrow = {"title_key": pl.String, "alias_id": pl.String}
    if decided.is_empty():
        return resolve_decisions(decided, pl.DataFrame(schema=narrow))
    cards = [read_run(run, columns=[*narrow]).unique() for run in list_runs(source / "candidates")]
    return resolve_decisions(decided, pl.concat(cards))


def _gather_pairs(folder: Path, asked: Decisions) -> int:
    """Write the pairs of all ranges down once each, and which candidates stand in them; count them."""
    decided = pl.DataFrame(sorted({*asked.same, *asked.different}), schema=["left", "right"], orient="row")
    ids = decided.select(halve_id(name).alias(name) for name in PAIR_SCHEMA) if decided.height else decided
    found = pl.concat([read_runs(folder / "pairs"), pl.DataFrame(ids, schema=PAIR_SCHEMA)])
    pairs = found.unique().sort("left", "right")
    write_run(pairs, folder / "pairs.arrow", pl.col("left"), "left", "right")
    wanted = pl.concat([pairs["left"], pairs["right"]]).unique().alias("alias").to_frame()
    write_run(wanted, folder / "wanted.arrow", pl.col("alias"))
    return pairs.height
