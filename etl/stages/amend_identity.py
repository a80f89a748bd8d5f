"""Amending what an earlier build found of papers: only what the dumps that came or went print is looked at.

Their candidates share pieces with others, so for each such piece its pairs are found anew, among all candidates that
have it. A pair is compared if it is new, or if a listing of one of the two came or went. What the pairs come to is then
joined as a whole: that is little, since most papers have one candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.stages.amend import note_touched, read_rows_of
from etl.stages.identity import add_apart, close_groups, count_papers, write_identity
from etl.stages.runs import list_buckets, read_keys, read_runs, write_run
from etl.transform.candidates import (
    PAIR_SCHEMA,
    SHARED_SCHEMA,
    find_blocks,
    halve_id,
    list_pairs,
    list_pieces,
    order_titles,
)
from etl.transform.dates import CUT_DAY, forget_cut_days
from etl.transform.identify import (
    IS_CLOSE,
    JUDGED_SCHEMA,
    PAIR,
    Identity,
    group_candidates,
    judge_pairs,
    name_pairs,
)
from etl.transform.keys import add_keys
from etl.transform.observations import OBSERVED, gather_prints

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from etl.stages.amend import Amendment
    from etl.stages.runs import Bucket
    from etl.transform.decisions import Decisions


PAIRS_AT_ONCE: Final = 100_000
"""Pairs of which it is looked at a time whether they stand."""


def amend_identity(source: Path, amendment: Amendment, folder: Path, asked: Decisions) -> dict[str, int]:
    """Write what identify hands on, from its earlier result and the dumps that came or went; gives counts.

    ``source`` is the folder of extraction's runs; ``folder`` has the pairs that people decided on already.
    """
    changes, known = amendment.changes, amendment.earlier.folder
    source_before = changes.earlier.folder / "runs"
    cards = pl.concat([_read_cards(source, changes.came), _read_cards(source_before, changes.went)])
    aliases = cards["alias_id"].unique()
    pieces = list_pieces(add_keys(cards))["piece"].unique().sort()
    shared, large_blocks = _pair_pieces(source, pieces)
    counts = amendment.earlier.receipt.metrics
    ranges = [
        _amend_range(known, folder, bucket, pieces, shared, aliases)
        for bucket in list_buckets(1 + int(counts["pairs"]) // PAIRS_AT_ONCE)
    ]
    judged, compared = _judge(source, folder, pl.concat([one.open for one in ranges]), [one.judged for one in ranges])
    close = pl.concat([*(one.close for one in ranges), judged.filter(IS_CLOSE)])
    identity = group_candidates(add_apart(close, folder, asked), asked)
    write_identity(identity, folder)
    there, gone = (_count_candidates(runs, aliases) for runs in (source, source_before))
    note_touched(folder, amendment.earlier, _find_touched(identity, known, aliases))
    return {
        **count_papers(int(counts["candidates"]) + there - gone, identity),
        "pairs": sum(one.standing for one in ranges) + judged.height,
        "compared": compared,
        "large_blocks": int(counts["large_blocks"]) + large_blocks - _pair_pieces(source_before, pieces)[1],
    }


class _Range(NamedTuple):
    """A range of pairs: how many stand as they were judged, and of these the ones that are one paper or nearly.

    ``open`` are the others, and ``judged`` is what is known of them, which still holds where they print what they did.
    """

    standing: int
    close: pl.DataFrame
    open: pl.DataFrame
    judged: pl.DataFrame


def _amend_range(  # noqa: PLR0913, PLR0917 - what was, what is, and what it is about
    known: Path, folder: Path, bucket: Bucket, pieces: pl.Series, shared: pl.DataFrame, aliases: pl.Series
) -> _Range:
    """Write the pairs of a range, and what came of those that need not be compared."""
    first, last = bucket.bounds()
    name = f"{bucket.number:06d}.arrow"
    before = read_runs(known / "pairs", bucket)
    pairs = pl.concat(
        [
            before.join(pieces.to_frame(), on="piece", how="anti"),
            shared.filter(pl.col("left").is_between(pl.lit(first, pl.UInt64), pl.lit(last - 1, pl.UInt64))),
        ]
    )
    write_run(pairs, folder / "pairs" / name, pl.col("left"), "left", "right", "piece")
    sides = [*PAIR_SCHEMA]
    wanted = pl.concat([pairs.select(sides), read_runs(folder / "decided", bucket).select(sides)]).unique()
    halves = [halve_id(one).alias(side) for one, side in zip(PAIR, sides, strict=True)]
    judged = read_runs(known / "judged", bucket).with_columns(halves)
    is_touched = pl.any_horizontal(pl.col(one).is_in(aliases.implode()) for one in PAIR)
    standing = judged.filter(~is_touched).join(wanted, on=sides, how="semi")
    write_run(standing.select(*JUDGED_SCHEMA), folder / "judged" / name, halve_id("alias_id"), *PAIR)
    others = wanted.join(standing, on=sides, how="anti")
    return _Range(
        standing.height,
        standing.filter(IS_CLOSE).select(*JUDGED_SCHEMA),
        others,
        judged.join(others, on=sides, how="semi").select(*JUDGED_SCHEMA),
    )


def _read_cards(source: Path, dump_ids: tuple[str, ...]) -> pl.DataFrame:
    """Read what some dumps print of papers: ``alias_id``, ``title``, ``abstract``."""
    places = read_rows_of(source / "cards", dump_ids, "dump_id", ["dump_id", "alias_id"])
    cards = read_rows_of(
        source / "candidates", places["alias_id"], "alias_id", ["dump_id", "alias_id", "title", "abstract"]
    )
    return cards.filter(pl.col("dump_id").is_in(dump_ids)).drop("dump_id")


def _pair_pieces(source: Path, pieces: pl.Series) -> tuple[pl.DataFrame, int]:
    """Find the pairs of all candidates that have one of these pieces, which are sorted, and count the large blocks."""
    blocks = find_blocks(read_keys(source / "pieces", pieces))
    large = blocks.large["alias"].unique().sort()
    orders = order_titles(read_keys(source / "candidates", large, ["alias_id", "title_key"]))
    pairs = pl.concat([pl.DataFrame(schema=SHARED_SCHEMA), *list_pairs(blocks, orders)])
    return pairs.unique(), blocks.count_large()


def _judge(source: Path, folder: Path, pairs: pl.DataFrame, known: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, int]:
    """Judge the pairs that are open: gives what comes of each, and how many were compared."""
    wanted = pl.concat([pairs[side] for side in PAIR_SCHEMA]).unique().sort()
    columns = [*dict.fromkeys((*OBSERVED, *CUT_DAY))]
    prints = gather_prints(forget_cut_days(read_keys(source / "candidates", wanted, columns)))
    judged, compared = judge_pairs(name_pairs(pairs, prints), prints, pl.concat(known))
    write_run(judged, folder / "judged" / "new.arrow", halve_id("alias_id"), *PAIR)
    return judged, compared


def _count_candidates(source: Path, aliases: pl.Series) -> int:
    return read_rows_of(source / "candidates", aliases, "alias_id", ["alias_id"])["alias_id"].n_unique()


def _find_touched(identity: Identity, known: Path, aliases: pl.Series) -> pl.Series:
    """Find the candidates of which something else is said now, and all others of their papers, before and now."""
    touched = [aliases]
    groups = [identity.groups, read_runs(known / "groups")]
    for name, columns in (("groups", ["alias_id"]), ("matches", ["alias_id"]), ("near_misses", [*PAIR])):
        old, new = read_runs(known / name), getattr(identity, name)
        for one, other in ((old, new), (new, old)):
            differing = one.join(other, on=one.columns, how="anti", nulls_equal=True)
            touched += [differing[column] for column in columns]
    return close_groups(pl.concat([some.alias("alias_id") for some in touched]), *groups)
