"""Which listings are one paper: candidates that share a piece are compared, and what the rules match hangs together.

Works on *candidates* (listings with equal title key and equal abstract key, which are always one paper), so a paper
that a thousand dumps list costs no more than one that two list. People's decisions outrank the rules.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from etl.transform.candidates import list_pieces, order_titles, pair_candidates
from etl.transform.components import connect, connect_in_order
from etl.transform.decisions import Decisions
from etl.transform.likeness import compare
from etl.transform.observations import OBSERVED, fold_prints, gather_prints, read_observations

IDENTITY_SCHEMA: Final = {"alias_id": pl.String, "group_id": pl.String}
MATCH_SCHEMA: Final = {
    "alias_id": pl.String,
    "matched_alias_id": pl.String,
    "rule": pl.String,
    "score_permille": pl.Int32,
}
NEAR_MISS_SCHEMA: Final = {
    "alias_id": pl.String,
    "other_alias_id": pl.String,
    "reason": pl.String,
    "title_permille": pl.Int32,
    "abstract_permille": pl.Int32,
}
VERDICT_SCHEMA: Final = {
    "alias_id": pl.String,
    "other_alias_id": pl.String,
    "rule": pl.String,
    "veto": pl.String,
    "title_permille": pl.Int32,
    "abstract_permille": pl.Int32,
    "is_near_miss": pl.Boolean,
    "lacks_abstract": pl.Boolean,
    "other_lacks_abstract": pl.Boolean,
}
"""What came of comparing two candidates, the smaller id first; see ``etl.transform.likeness.Verdict``."""

IS_CLOSE: Final = pl.col("rule").is_not_null() | pl.col("is_near_miss")
IS_TELLING: Final = IS_CLOSE | pl.col("veto").is_not_null()
"""Whether a pair is one paper or nearly, and whether it matters for other pairs at all."""

JUDGED_SCHEMA: Final = {**VERDICT_SCHEMA, "seen": pl.String, "other_seen": pl.String}
"""The same, and a hash of what was seen of each."""

PAIR: Final = ("alias_id", "other_alias_id")
SEEN_PAIR: Final = (*PAIR, "seen", "other_seen")
"""Two candidates, and a hash of what is seen of each: what comes of comparing them is a function of these alone."""

Pair = tuple[str, str]


class Identity(NamedTuple):
    """The papers of candidates, the pairs that were merged, and the pairs that nearly were.

    ``groups`` names a paper by its smallest candidate; a candidate that stands there is of a paper with several.
    """

    groups: pl.DataFrame
    matches: pl.DataFrame
    near_misses: pl.DataFrame


def identify_papers(cards: pl.DataFrame, decisions: Decisions | None = None) -> Identity:
    """Group candidates into papers, all in one go.

    Columns in:  those of ``etl.transform.observations.OBSERVED``, and ``pieces`` (List(UInt64)).
    Columns out: :data:`IDENTITY_SCHEMA` with every candidate, :data:`MATCH_SCHEMA` (each merged pair in both
                 directions), :data:`NEAR_MISS_SCHEMA` (each pair once); all sorted.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    Source:      docs/architecture.md#identity
    """
    prints = gather_prints(cards.select(OBSERVED))
    pairs = name_pairs(pair_candidates(list_pieces(cards), order_titles(cards)), prints)
    identity = group_candidates(compare_pairs(pairs, fold_prints(prints)).filter(IS_TELLING), decisions)
    alone = prints.select("alias_id", pl.col("alias_id").alias("group_id")).join(
        identity.groups, on="alias_id", how="anti"
    )
    return identity._replace(groups=pl.concat([identity.groups, alone]).sort("alias_id"))


def name_pairs(pairs: pl.DataFrame, prints: pl.DataFrame) -> pl.DataFrame:
    """Name the candidates of pairs, and what is seen of each.

    Columns in:  ``pairs`` as ``etl.transform.candidates.PAIR_SCHEMA``; ``prints`` as
                 ``etl.transform.observations.PRINT_SCHEMA``, for all candidates of the pairs.
    Columns out: :data:`SEEN_PAIR`, the smaller id first.
    """
    known = prints.select("alias", "alias_id", "seen")
    named = pairs.join(known, left_on="left", right_on="alias").join(
        known, left_on="right", right_on="alias", suffix="_of_other"
    )
    columns = ("alias_id", "alias_id_of_other", "seen", "seen_of_other")
    turned = (columns[1], columns[0], columns[3], columns[2])
    is_turned = pl.col(columns[0]) > pl.col(columns[1])
    return named.select(
        pl.when(is_turned).then(pl.col(other)).otherwise(pl.col(one)).alias(name)
        for name, one, other in zip(SEEN_PAIR, columns, turned, strict=True)
    )


def compare_pairs(pairs: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Compare each pair of candidates.

    Columns in:  ``pairs``: ``alias_id``, ``other_alias_id``, the smaller one first; ``observations`` as
                 ``etl.transform.observations.OBSERVATION_SCHEMA``, for all candidates of the pairs.
    Columns out: :data:`VERDICT_SCHEMA`; sorted. Most pairs tell nothing, see :data:`IS_TELLING`.
    """
    records = dict(read_observations(observations))
    rows = []
    for low, high in pairs.select(PAIR).iter_rows():
        verdict = compare(records[low], records[high])
        lacks = (records[low].abstract is None, records[high].abstract is None)
        rows.append((low, high, *verdict, verdict.is_near_miss, *lacks))
    return pl.DataFrame(rows, schema=VERDICT_SCHEMA, orient="row").sort(PAIR)


def judge_pairs(pairs: pl.DataFrame, prints: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Compare pairs, but for those of which it is known already what comes of it, seen as they are.

    Columns in:  ``pairs``: :data:`SEEN_PAIR`; ``prints`` as ``etl.transform.observations.PRINT_SCHEMA``, for all
                 candidates of the pairs; ``known``: :data:`JUDGED_SCHEMA`.
    Returns:     :data:`JUDGED_SCHEMA`, a row for each pair, and how many were compared.
    """
    kept = known.join(pairs, on=SEEN_PAIR, how="semi")
    new = pairs.join(kept, on=SEEN_PAIR, how="anti")
    seen = pl.concat([new[name] for name in PAIR]).unique().implode()
    compared = compare_pairs(new, fold_prints(prints.filter(pl.col("alias_id").is_in(seen))))
    return pl.concat([kept.select(*JUDGED_SCHEMA), compared.join(new, on=PAIR).select(*JUDGED_SCHEMA)]), new.height


def list_joined(verdicts: pl.DataFrame, decisions: Decisions) -> pl.Series:
    """List the candidates that others may join, by their ids: of two others, it is no matter that they stay apart."""
    merged = verdicts.filter(pl.col("rule").is_not_null())
    decided = pl.Series([alias for pair in decisions.same for alias in pair], dtype=pl.String)
    return pl.concat([*(merged[name] for name in PAIR), decided]).unique().alias("alias_id")


def group_candidates(verdicts: pl.DataFrame, decisions: Decisions | None = None) -> Identity:
    """Join candidates into papers by what came of comparing them and by what people decided.

    Columns in:  :data:`VERDICT_SCHEMA`, of the pairs that tell anything.
    Columns out: :data:`IDENTITY_SCHEMA` with the candidates of papers that have several, :data:`MATCH_SCHEMA` (each
                 merged pair in both directions), :data:`NEAR_MISS_SCHEMA` (each pair once); all sorted.
    """
    decisions = decisions or Decisions()
    judged = _overrule(verdicts, decisions)
    merged = _rank_merges(judged, decisions)
    apart = _keep_apart(judged, merged, decisions)
    roots, used = connect_in_order(sorted({alias for pair in merged for alias in pair}), merged, apart)
    groups = pl.DataFrame({"alias_id": list(roots), "group_id": list(roots.values())}, schema=IDENTITY_SCHEMA)
    several = groups.filter(pl.col("group_id").is_duplicated()).sort("alias_id")
    return Identity(several, _frame_matches(used, judged), _find_near_misses(judged, several))


def _overrule(verdicts: pl.DataFrame, decisions: Decisions) -> pl.DataFrame:
    """Put people's word in place of the rules' for the pairs they called the same."""
    decided = pl.DataFrame(sorted(decisions.same), schema=dict.fromkeys(PAIR, pl.String), orient="row")
    word = decided.with_columns(
        pl.lit("decision").alias("rule"),
        pl.lit(None, pl.String).alias("veto"),
        pl.lit(0, pl.Int32).alias("title_permille"),
        pl.lit(None, pl.Int32).alias("abstract_permille"),
        *(pl.lit(value=False).alias(name) for name in ("is_near_miss", "lacks_abstract", "other_lacks_abstract")),
    )
    return pl.concat([verdicts.join(decided, on=PAIR, how="anti"), word])


def _rank_merges(judged: pl.DataFrame, decisions: Decisions) -> list[Pair]:
    """Order the pairs to merge: decisions first, then the most alike; listings without an abstract never bridge."""
    parted = pl.DataFrame(sorted(decisions.different), schema=dict.fromkeys(PAIR, pl.String), orient="row")
    ruled = judged.filter(pl.col("rule").is_not_null()).join(parted, on=PAIR, how="anti")
    bridges = _find_bridges(ruled)
    ranked = ruled.sort(pl.col("rule") != "decision", -pl.col("abstract_permille").fill_null(0), *PAIR)
    return [pair for pair in ranked.select(PAIR).iter_rows() if pair not in bridges]


def _find_bridges(ruled: pl.DataFrame) -> set[Pair]:
    """Find the pairs in which a candidate without an abstract fits several papers that are not one."""
    is_loose = pl.col("rule") == "title_only"
    loose = ruled.filter(is_loose).select(*PAIR, "lacks_abstract", "other_lacks_abstract").rows()
    if not loose:
        return set()
    nodes = {alias for pair in ruled.select(PAIR).iter_rows() for alias in pair}
    roots = connect(nodes, ruled.filter(~is_loose).select(PAIR).iter_rows())
    fits: dict[str, set[str]] = {}
    for left, right, *lacks in loose:
        for alias, other, lacks_abstract in ((left, right, lacks[0]), (right, left, lacks[1])):
            if lacks_abstract:
                fits.setdefault(alias, set()).add(roots[other])
    torn = {alias for alias, papers in fits.items() if len(papers) > 1}
    return {(left, right) for left, right, *_ in loose if left in torn or right in torn}


def _keep_apart(judged: pl.DataFrame, merged: list[Pair], decisions: Decisions) -> set[Pair]:
    """Find the pairs that must not end in one paper: people's first, then the rules' where people did not join them."""
    named = {alias for pair in (*decisions.same, *decisions.different) for alias in pair}
    decided, _ = connect_in_order(named, sorted(decisions.same), decisions.different)
    touched = pl.Series([alias for pair in merged for alias in pair], dtype=pl.String).unique().implode()
    vetoed = judged.filter(pl.col("veto").is_not_null(), *(pl.col(name).is_in(touched) for name in PAIR))
    return {
        (left, right)
        for left, right in vetoed.select(PAIR).iter_rows()
        if decided.get(left, left) != decided.get(right, right)
    } | decisions.different


def _frame_matches(used: list[Pair], judged: pl.DataFrame) -> pl.DataFrame:
    columns = {name: [pair[side] for pair in used] for side, name in enumerate(PAIR)}
    pairs = pl.DataFrame(columns, schema=dict.fromkeys(PAIR, pl.String))
    found = pairs.join(judged, on=PAIR).select(*PAIR, "rule", pl.col("abstract_permille").alias("score_permille"))
    names = ("alias_id", "matched_alias_id")
    there = found.rename({"other_alias_id": "matched_alias_id"})
    back = found.rename({"alias_id": "matched_alias_id", "other_alias_id": "alias_id"})
    return pl.concat([there, back.select(there.columns)]).sort(names)


def _find_near_misses(judged: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    near = judged.filter(pl.col("is_near_miss"))
    named = pl.concat([near[name] for name in PAIR])
    grouped = groups.filter(pl.col("alias_id").is_in(named.implode()))  # a few of very many
    paper = [
        pl.col(name).replace_strict(grouped["alias_id"], grouped["group_id"], default=pl.col(name)) for name in PAIR
    ]
    return (
        near.filter(paper[0] != paper[1])
        .select(*PAIR, pl.col("veto").fill_null("not_alike_enough").alias("reason"), *list(NEAR_MISS_SCHEMA)[3:])
        .sort(PAIR)
    )
