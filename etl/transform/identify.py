"""Which listings are one paper: candidates that share a piece are compared, and what the rules match hangs together.

Works on *candidates* (listings with equal title key and equal abstract key, which are always one paper), so a paper
that a thousand dumps list costs no more than one that two list. People's decisions outrank the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.transform.candidates import make_blocks, pair_candidates
from etl.transform.components import connect_in_order
from etl.transform.decisions import Decisions
from etl.transform.keys import fold_text
from etl.transform.likeness import Observation, Verdict, compare, strip_urls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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

_DECIDED: Final = Verdict("decision", None, 0, None)


class Identity(NamedTuple):
    """Each candidate's paper, the pairs that were merged, and the pairs that nearly were."""

    groups: pl.DataFrame
    matches: pl.DataFrame
    near_misses: pl.DataFrame


def identify_papers(cards: pl.DataFrame, abstracts: pl.DataFrame, decisions: Decisions | None = None) -> Identity:
    """Group candidates into papers.

    Columns in:  ``cards``: ``title``, ``title_key``, ``alias_id``, ``pieces``, ``month``, ``day``, ``year``,
                 ``author_count``; ``abstracts``: ``alias_id``, ``abstract`` (String, as published, nullable) for at
                 least the candidates of ``etl.transform.candidates.make_blocks`` and of the decisions.
    Columns out: :data:`IDENTITY_SCHEMA` (the group is named by its smallest ``alias_id``), :data:`MATCH_SCHEMA` (each
                 merged pair in both directions), :data:`NEAR_MISS_SCHEMA` (each pair once); all sorted.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    Source:      docs/architecture.md#identity
    """
    decisions = decisions or Decisions()
    blocks = make_blocks(cards)
    asked = {alias for pair in (*decisions.same, *decisions.different) for alias in pair}
    observations = _observe(cards, abstracts, sorted({*blocks["alias_id"].to_list(), *asked}))
    texts = {alias: f"{seen.title} {seen.abstract or ''}" for alias, seen in observations.items()}
    verdicts = {pair: compare(observations[pair[0]], observations[pair[1]]) for pair in pair_candidates(blocks, texts)}
    verdicts |= dict.fromkeys((pair for pair in decisions.same if set(pair) <= observations.keys()), _DECIDED)
    nodes = cards["alias_id"].unique().sort().to_list()
    merged = _rank_merges(verdicts, observations, decisions)
    roots, used = connect_in_order(nodes, merged, _keep_apart(nodes, verdicts, decisions))
    groups = pl.DataFrame({"alias_id": nodes, "group_id": [roots[node] for node in nodes]}, schema=IDENTITY_SCHEMA)
    return Identity(groups, _frame_matches(used, verdicts), _frame_near_misses(verdicts, roots))


def _keep_apart(
    nodes: list[str], verdicts: Mapping[tuple[str, str], Verdict], decisions: Decisions
) -> set[tuple[str, str]]:
    """Find the pairs that must not end in one paper: people's first, then the rules' where people did not join them."""
    known = set(nodes)
    joined = sorted(pair for pair in decisions.same if known.issuperset(pair))
    decided, _ = connect_in_order(nodes, joined, decisions.different)
    vetoed = {pair for pair, verdict in verdicts.items() if verdict.veto and decided[pair[0]] != decided[pair[1]]}
    return vetoed | decisions.different


def _rank_merges(
    verdicts: Mapping[tuple[str, str], Verdict], observations: Mapping[str, Observation], decisions: Decisions
) -> list[tuple[str, str]]:
    """Order the pairs to merge: decisions first, then the most alike; listings without an abstract never bridge."""
    pairs = [pair for pair, verdict in verdicts.items() if verdict.rule and pair not in decisions.different]
    bridges = _find_bridges([pair for pair in pairs if verdicts[pair].rule == "title_only"], observations, pairs)
    return sorted(
        (pair for pair in pairs if pair not in bridges),
        key=lambda pair: (verdicts[pair].rule != "decision", -(verdicts[pair].abstract_score or 0), pair),
    )


def _find_bridges(
    loose: list[tuple[str, str]], observations: Mapping[str, Observation], pairs: list[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Find the pairs in which a candidate without an abstract fits several papers that are not one."""
    firm = [pair for pair in pairs if pair not in set(loose)]
    roots, _ = connect_in_order(observations, sorted(firm), frozenset())
    fits: dict[str, set[str]] = {}
    for pair in loose:
        for alias, other in (pair, pair[::-1]):
            if observations[alias].abstract is None:
                fits.setdefault(alias, set()).add(roots[other])
    return {pair for pair in loose for alias in pair if len(fits.get(alias, ())) > 1}


def _observe(cards: pl.DataFrame, abstracts: pl.DataFrame, aliases: list[str]) -> dict[str, Observation]:
    """Gather what identity looks at for each of the candidates."""
    wanted = pl.DataFrame({"alias_id": aliases}, schema={"alias_id": pl.String})
    texts = abstracts.group_by("alias_id").agg(pl.col("abstract").min())
    stripped = pl.Series([None if text is None else strip_urls(text) for text in texts["abstract"]], dtype=pl.String)
    folded = texts.with_columns(stripped.alias("abstract")).with_columns(fold_text(pl.col("abstract")))
    printed = pl.struct("month", "day", "year")
    facts = (
        cards.join(wanted, on="alias_id", how="semi")
        .group_by("alias_id")
        .agg(
            pl.col("title_key").min(),
            pl.col("title").min(),
            printed.filter(pl.col("month").is_not_null()).unique().alias("dates"),
            pl.col("author_count").drop_nulls().unique().alias("author_counts"),
        )
        .with_columns(
            fold_text(pl.col("title")).alias("folded"),
            fold_text(pl.col("title").str.split(":").list.first()).alias("name"),
        )
        .join(folded, on="alias_id", how="left")
    )
    return {
        fact["alias_id"]: Observation(
            title_key=fact["title_key"],
            title=fact["folded"],
            name=fact["name"],
            abstract=fact["abstract"],
            dates=frozenset((date["month"], date["day"], date["year"]) for date in fact["dates"]),
            author_counts=frozenset(fact["author_counts"]),
        )
        for fact in facts.iter_rows(named=True)
    }


def _frame_matches(used: Iterable[tuple[str, str]], verdicts: Mapping[tuple[str, str], Verdict]) -> pl.DataFrame:
    rows = [
        (alias, other, verdicts[pair].rule, verdicts[pair].abstract_score)
        for pair in used
        for alias, other in (pair, pair[::-1])
    ]
    return pl.DataFrame(rows, schema=MATCH_SCHEMA, orient="row").sort("alias_id", "matched_alias_id")


def _frame_near_misses(verdicts: Mapping[tuple[str, str], Verdict], roots: Mapping[str, str]) -> pl.DataFrame:
    rows = [
        (*pair, verdict.veto or "not_alike_enough", verdict.title_score, verdict.abstract_score)
        for pair, verdict in verdicts.items()
        if verdict.is_near_miss and roots[pair[0]] != roots[pair[1]]
    ]
    return pl.DataFrame(rows, schema=NEAR_MISS_SCHEMA, orient="row").sort("alias_id", "other_alias_id")
