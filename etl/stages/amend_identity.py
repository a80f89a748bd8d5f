"""Amending what an earlier build found of papers: only what the dumps that came or went print is looked at.

Their candidates share pieces with others, so for each such piece its pairs are found anew, among all candidates that
have it. A pair is compared if it is new, or if a listing of one of the two came or went. What the pairs come to is then
joined as a whole: that is little, since most papers have one candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from etl.stages.amend import note_touched, read_rows_of
from etl.stages.identity import PAIR, close_groups, count_papers, write_identity
from etl.stages.runs import read_keys, read_runs, write_run
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
    IS_TELLING,
    JUDGED_SCHEMA,
    Identity,
    group_candidates,
    judge_pairs,
    list_joined,
    name_pairs,
)
from etl.transform.keys import add_keys
from etl.transform.observations import OBSERVED, gather_prints

if TYPE_CHECKING:
    from pathlib import Path

    from etl.stages.amend import Amendment
    from etl.transform.decisions import Decisions


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
    before = read_runs(known / "pairs")
    pairs = pl.concat([before.join(pieces.to_frame(), on="piece", how="anti"), shared])
    write_run(pairs, folder / "pairs" / "all.arrow", pl.col("left"), "left", "right", "piece")
    judged, compared = _judge(source, folder, known, pairs, aliases)
    write_run(judged, folder / "judged" / "all.arrow", halve_id("alias_id"), *PAIR)
    identity = group_candidates(_choose_verdicts(judged, asked), asked)
    write_identity(identity, folder)
    there, gone = (_count_candidates(runs, aliases) for runs in (source, source_before))
    counts = amendment.earlier.receipt.metrics
    touched = _find_touched(identity, known, aliases)
    note_touched(folder, amendment.earlier, touched)
    return {
        **count_papers(int(counts["candidates"]) + there - gone, identity),
        "pairs": judged.height,
        "compared": compared,
        "large_blocks": int(counts["large_blocks"]) + large_blocks - _pair_pieces(source_before, pieces)[1],
    }


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


def _judge(
    source: Path, folder: Path, known: Path, shared: pl.DataFrame, aliases: pl.Series
) -> tuple[pl.DataFrame, int]:
    """Judge all pairs: gives what comes of each, and how many were compared."""
    decided = read_runs(folder / "decided")
    pairs = pl.concat([shared.select(*PAIR_SCHEMA), decided.select(*PAIR_SCHEMA)]).unique()
    halves = [halve_id(name).alias(side) for name, side in zip(PAIR, PAIR_SCHEMA, strict=True)]
    judged = read_runs(known / "judged").with_columns(halves)
    is_touched = pl.any_horizontal(pl.col(name).is_in(aliases.implode()) for name in PAIR)
    standing = judged.filter(~is_touched).join(pairs, on=[*PAIR_SCHEMA], how="semi")
    open_pairs = pairs.join(standing, on=[*PAIR_SCHEMA], how="anti")
    wanted = pl.concat([open_pairs[side] for side in PAIR_SCHEMA]).unique().sort()
    columns = [*dict.fromkeys((*OBSERVED, *CUT_DAY))]
    prints = gather_prints(forget_cut_days(read_keys(source / "candidates", wanted, columns)))
    found, compared = judge_pairs(name_pairs(open_pairs, prints), prints, judged.select(*JUDGED_SCHEMA))
    return pl.concat([standing.select(*JUDGED_SCHEMA), found]), compared


def _choose_verdicts(judged: pl.DataFrame, asked: Decisions) -> pl.DataFrame:
    """Choose what tells: pairs that are one paper or nearly, and pairs apart of candidates that others may join."""
    telling = judged.filter(IS_TELLING).drop("seen", "other_seen")
    joined = list_joined(telling, asked).implode()
    is_joined = pl.all_horizontal(pl.col(name).is_in(joined) for name in PAIR)
    return telling.filter(IS_CLOSE | is_joined)


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
