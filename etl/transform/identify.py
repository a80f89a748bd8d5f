"""Which listings are one paper: equal title keys, as far as abstracts, dates and author counts agree.

Works on *candidates* (listings with equal title key and equal abstract key, which are always one paper), so a paper
that a thousand dumps list costs no more than one that two list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from etl.transform.components import connect
from etl.transform.keys import fold_text
from etl.transform.likeness import Observation, judge_equal_titles, strip_urls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_BLOCK: Final = 32
"""Candidates of one title that are all compared with each other; in larger blocks each meets its nearest ones."""
NEIGHBOURS: Final = 8

IDENTITY_SCHEMA: Final = {"alias_id": pl.String, "group_id": pl.String}
MATCH_SCHEMA: Final = {
    "alias_id": pl.String,
    "matched_alias_id": pl.String,
    "rule": pl.String,
    "score_permille": pl.Int32,
}


def find_crowded_titles(cards: pl.DataFrame) -> pl.DataFrame:
    """Find the candidates that share their title key with others: only these need their abstracts compared.

    Columns in:  ``title_key``, ``alias_id`` (String).
    Columns out: ``title_key``, ``alias_id``, one row per such candidate, sorted.
    """
    candidates = cards.select("title_key", "alias_id").unique()
    return candidates.filter(pl.len().over("title_key") > 1).sort("title_key", "alias_id")


def identify_papers(cards: pl.DataFrame, abstracts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Group candidates into papers.

    Columns in:  ``cards``: ``title``, ``title_key``, ``abstract_key``, ``alias_id``, ``month``, ``day``, ``year``,
                 ``author_count``; ``abstracts``: ``alias_id``, ``abstract`` (String, as published, nullable) for at
                 least the candidates of :func:`find_crowded_titles`.
    Columns out: (:data:`IDENTITY_SCHEMA`: each candidate and its paper's group, named by the smallest ``alias_id`` in
                 it, sorted; :data:`MATCH_SCHEMA`: each pair that was merged, in both directions, sorted).
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    Source:      docs/architecture.md#identity
    """
    crowded = find_crowded_titles(cards)
    observations = _observe(cards, abstracts, crowded)
    matches: list[tuple[str, str, str, int | None]] = []
    groups: dict[str, str] = {}
    for _, block in crowded.group_by("title_key", maintain_order=True):
        aliases = block["alias_id"].to_list()
        found = list(_match_block(aliases, observations))
        matches.extend(found)
        groups.update(connect(aliases, ((left, right) for left, right, _, _ in found)))
    identity = cards.select("alias_id").unique().sort("alias_id")
    names = pl.DataFrame({"alias_id": list(groups), "group_id": list(groups.values())}, schema=IDENTITY_SCHEMA)
    identity = identity.join(names, on="alias_id", how="left").with_columns(
        pl.col("group_id").fill_null(pl.col("alias_id"))
    )
    pairs = pl.DataFrame(matches, schema=MATCH_SCHEMA, orient="row")
    mirrored = pairs.select(
        pl.col("matched_alias_id").alias("alias_id"),
        pl.col("alias_id").alias("matched_alias_id"),
        "rule",
        "score_permille",
    )
    return identity.sort("alias_id"), pl.concat([pairs, mirrored]).sort("alias_id", "matched_alias_id")


def _observe(cards: pl.DataFrame, abstracts: pl.DataFrame, crowded: pl.DataFrame) -> dict[str, Observation]:
    """Gather what identity looks at for each candidate that has a rival."""
    texts = abstracts.group_by("alias_id").agg(pl.col("abstract").min())
    folded = texts.select(
        "alias_id",
        fold_text(pl.col("abstract").map_elements(strip_urls, return_dtype=pl.String)).alias("abstract"),
    )
    printed = pl.struct("month", "day", "year")
    facts = (
        cards.join(crowded.select("alias_id"), on="alias_id", how="semi")
        .group_by("alias_id")
        .agg(
            pl.col("title").str.split(" ").list.len().min().alias("title_words"),
            printed.filter(pl.col("month").is_not_null()).unique().alias("dates"),
            pl.col("author_count").drop_nulls().unique().alias("author_counts"),
        )
        .join(folded, on="alias_id", how="left")
    )
    return {
        fact["alias_id"]: Observation(
            title_words=fact["title_words"],
            abstract=fact["abstract"],
            dates=frozenset((date["month"], date["day"], date["year"]) for date in fact["dates"]),
            author_counts=frozenset(fact["author_counts"]),
        )
        for fact in facts.iter_rows(named=True)
    }


def _match_block(
    aliases: Sequence[str], observations: Mapping[str, Observation]
) -> Iterator[tuple[str, str, str, int | None]]:
    """Match the candidates of one title: those with an abstract first, then those without, which never bridge."""
    with_abstract = [alias for alias in aliases if observations[alias].abstract is not None]
    matched = []
    for left, right in _pair_up(with_abstract, observations):
        is_same, score = judge_equal_titles(observations[left], observations[right])
        if is_same:
            matched.append((left, right))
            yield left, right, "exact_title", score
    papers = connect(with_abstract, matched)
    if len(set(papers.values())) != 1:
        return
    for alias in aliases:  # equal keys make equal ids, so at most one candidate of a title has no abstract
        if observations[alias].abstract is None:
            friends = [
                other for other in with_abstract if judge_equal_titles(observations[alias], observations[other])[0]
            ]
            if friends:
                yield alias, friends[0], "title_only", None


def _pair_up(aliases: Sequence[str], observations: Mapping[str, Observation]) -> Iterator[tuple[str, str]]:
    """Pair all candidates of a block; in a large one, each with its neighbours by how its abstract begins and ends."""
    if len(aliases) <= MAX_BLOCK:
        yield from ((left, right) for number, left in enumerate(aliases) for right in aliases[number + 1 :])
        return
    seen = set()
    for is_reversed in (False, True):
        step = -1 if is_reversed else 1
        ordered = sorted(aliases, key=lambda alias: ((observations[alias].abstract or "")[::step], alias))
        for number, left in enumerate(ordered):
            for right in ordered[number + 1 : number + 1 + NEIGHBOURS]:
                pair = (min(left, right), max(left, right))
                if pair not in seen:
                    seen.add(pair)
                    yield pair
