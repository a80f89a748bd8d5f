"""Stage 4, identify: which listings are one paper, from narrow rows; few abstracts are read at all.

Tasks by ranges of pieces find the pairs worth comparing; tasks by ranges of candidates put each pair down once, then
gather what is known of the candidates in pairs; tasks by stretches of pairs compare them. What the rules match is few,
and is joined to papers here. At last the listings of papers with several candidates are brought together, for the
stages that follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.runners.local import LocalRunner
from etl.stages.decisions import read_decisions
from etl.stages.made import RangeSpec, is_sealed, seal_file
from etl.stages.merging import merge_folders
from etl.stages.receipt import Receipt, list_results, run_stage
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
from etl.stages.tasks import Tasks
from etl.transform.candidates import PAIR_SCHEMA, find_blocks, halve_id, list_pairs, order_titles
from etl.transform.dates import CUT_DAY, forget_cut_days
from etl.transform.decisions import DECISION_SCHEMA, Decisions, check_chains, resolve_decisions
from etl.transform.identify import (
    IS_CLOSE,
    IS_TELLING,
    SEEN_PAIR,
    VERDICT_SCHEMA,
    Identity,
    compare_pairs,
    group_candidates,
    name_pairs,
)
from etl.transform.observations import OBSERVED, fold_prints, gather_prints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.store import Place

PAIRS_PER_TASK: Final = 20_000

NEAR_NAME: Final = "near"
"""The run of the candidates that stand in a near miss, on either side."""

_PAIR: Final = ("alias_id", "other_alias_id")


@dataclass(frozen=True)
class IdentifySpec(RangeSpec):
    """One task: also the folder of extraction's runs, and where need be a stretch of the range's pairs.

    In results of ``before`` pairs may have been compared already.
    """

    source: str
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
    """Group the extracted cards into papers; writes :class:`Identity` as runs, and what ``read_group_cards`` reads.

    ``decisions`` is the file of people's decisions, if there is one; ``mirror`` as for ``run_stage``. ``on_tell`` is
    told in a sentence how many pairs were compared anew.
    Errors: ``DecisionsInvalidError`` for a bad file, ``DecisionsContradictError`` for one that contradicts itself.
    """
    source = extracted.open_folder(warehouse) / "runs"
    decided = pl.DataFrame(schema=DECISION_SCHEMA) if decisions is None else read_decisions(decisions)
    buckets = int(extracted.metrics["buckets"])

    def work(folder: Path) -> Mapping[str, int | str]:
        tasks = Tasks(runner or LocalRunner(), 5 * buckets, on_progress)
        before = list_results(warehouse, "identify")
        specs = [
            IdentifySpec(str(folder), bucket, before, str(source), bucket.number) for bucket in list_buckets(buckets)
        ]
        large_blocks = tasks.run(pair_bucket, specs)
        asked, unmatched = _resolve_decisions(decided, source)
        check_chains(asked)
        _write_decided(folder, asked)
        merge_folders([folder / "pairs"], tasks)
        pairs = {receipt.number: receipt.found for receipt in tasks.run(gather_pairs, specs)}
        merge_folders([folder / "wanted"], tasks)
        candidates = sum(receipt.found for receipt in tasks.run(observe_bucket, specs))
        merge_folders([folder / "prints"], tasks)
        compared = sum(receipt.found for receipt in tasks.run(compare_stretch, list(_cut_stretches(specs, pairs))))
        paired = sum(pairs.values())
        if compared < paired and on_tell is not None:
            on_tell(f"{compared:,} of {paired:,} pairs were compared, the others were before.")
        identity = group_candidates(_read_verdicts(folder, asked), asked)
        _write_identity(identity, folder)
        tasks.run(gather_groups, specs)
        merge_folders([folder / "grouped"], tasks)
        remove_runs(folder, "pairs", "gathered", "wanted", "prints", "verdicts", "vetoes")
        groups = identity.groups
        return {
            "candidates": candidates,
            "papers": candidates - groups.height + groups["group_id"].n_unique(),
            "pairs": paired,
            "matches": identity.matches.height // 2,
            "near_misses": identity.near_misses.height,
            "large_blocks": sum(receipt.found for receipt in large_blocks),
            "decisions": decided.height,
            "decisions_without_paper": len(unmatched),
            "lost_decisions": ", ".join(str(row + 1) for row in unmatched),
        }

    return run_stage(warehouse, "identify", [extracted.stage_id, decided.rows()], work, mirror=mirror)


def _write_identity(identity: Identity, folder: Path) -> None:
    """Write what was found as runs by candidate, so that every later task reads its range alone."""
    near = pl.concat([identity.near_misses[name] for name in _PAIR]).unique().alias("alias_id").to_frame()
    for name, rows in {**identity._asdict(), NEAR_NAME: near}.items():
        write_run(rows, folder / name / "all.arrow", halve_id("alias_id"), *rows.columns[:2])


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
    pairs = read_runs(Path(spec.folder, "pairs"), spec.bucket).unique()
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

    Pairs that are only kept apart are many, and are put down by themselves.
    """
    pairs = read_stretch(Path(spec.folder, "gathered", f"{spec.bucket.number:06d}.arrow"), spec.stretch)
    wanted = pl.concat([pairs["left"], pairs["right"]]).unique().sort()
    prints = read_keys(Path(spec.folder, "prints"), wanted)
    named = name_pairs(pairs, prints)
    known = _read_judged(spec).join(named, on=SEEN_PAIR, how="semi")
    new = named.join(known, on=SEEN_PAIR, how="anti")
    seen = pl.concat([new["alias_id"], new["other_alias_id"]]).unique().implode()
    compared = compare_pairs(new, fold_prints(prints.filter(pl.col("alias_id").is_in(seen))))
    judged = pl.concat([known, compared.join(new, on=_PAIR).select(known.columns)])
    verdicts = judged.drop("seen", "other_seen")
    targets = {
        Path(spec.folder, "judged", f"{_name_judged(spec)}-{spec.stretch.number:06d}.arrow"): judged,
        _name_run(spec, "verdicts"): verdicts.filter(IS_CLOSE),
        _name_run(spec, "vetoes"): verdicts.filter(IS_TELLING & ~IS_CLOSE),
    }
    for target, rows in targets.items():
        write_run(rows, target, halve_id("alias_id"), *_PAIR)
    seal_file(next(iter(targets)))
    return IdentifyReceipt(spec.number, new.height)


def _read_judged(spec: IdentifySpec) -> pl.DataFrame:
    """Read what came of comparing the pairs of this range in the latest build before; what is damaged is not known."""
    runs = [
        read_run(path)
        for result in spec.before[:1]
        for path in sorted(Path(result, "judged").glob(f"{_name_judged(spec)}-*.arrow"))
        if is_sealed(path)
    ]
    return pl.concat([pl.DataFrame(schema={**VERDICT_SCHEMA, "seen": pl.String, "other_seen": pl.String}), *runs])


def _name_judged(spec: IdentifySpec) -> str:
    return spec.bucket.name("pairs")


def gather_groups(spec: IdentifySpec) -> IdentifyReceipt:
    """Bring this range's cards of papers with several candidates under the name of their group."""
    groups = read_runs(Path(spec.folder, "groups"), spec.bucket)
    cards = read_runs(Path(spec.source, "candidates"), spec.bucket).join(groups, on="alias_id")
    write_run(cards, _name_run(spec, "grouped"), halve_id("group_id"), "group_id", "dump_id", "position")
    return IdentifyReceipt(spec.number, cards.height)


def read_group_cards(source: Path, identified: Path, bucket: Bucket, columns: Sequence[str]) -> pl.DataFrame:
    """Read the cards of all papers whose group is in this range, with their ``group_id``.

    ``source`` is the folder of extraction's runs, ``identified`` that of this stage; columns are those of
    ``etl.transform.cards.RESOLVED``.
    """
    groups = read_runs(identified / "groups", bucket)
    names = [*dict.fromkeys(("alias_id", *columns))]
    alone = (
        read_runs(source / "candidates", bucket, names)
        .join(groups, on="alias_id", how="anti")
        .with_columns(pl.col("alias_id").alias("group_id"))
    )
    return pl.concat([alone, read_runs(identified / "grouped", bucket, alone.columns)])


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
    write_run(pairs, folder / "pairs" / "decided.arrow", pl.col("left"), "left", "right")


def _read_verdicts(folder: Path, asked: Decisions) -> pl.DataFrame:
    """Read what came of comparing; of the pairs that are only kept apart, those of candidates that others may join."""
    verdicts = read_runs(folder / "verdicts")
    merged = verdicts.filter(pl.col("rule").is_not_null())
    decided = pl.Series([alias for pair in asked.same for alias in pair], dtype=pl.String)
    touched = pl.concat([*(merged[name] for name in _PAIR), decided]).unique().alias("alias_id")
    keys = touched.to_frame().select(halve_id("alias_id").unique().sort()).to_series()
    apart = read_keys(folder / "vetoes", keys)
    return pl.concat([verdicts, apart.filter(pl.col(name).is_in(touched.implode()) for name in _PAIR)])
