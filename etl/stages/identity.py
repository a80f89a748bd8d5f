"""What identify hands on: which candidates are one paper, as runs by candidate, and their cards, paper by paper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.stages.amend import read_rows_of
from etl.stages.merging import merge_folders
from etl.stages.runs import list_buckets, read_runs, write_run
from etl.stages.tasks import RangeSpec
from etl.transform.candidates import halve_id
from etl.transform.identify import IS_CLOSE, IS_TELLING, PAIR, VERDICT_SCHEMA, list_joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.stages.parts import Parts
    from etl.stages.runs import Bucket
    from etl.stages.tasks import Tasks
    from etl.transform.decisions import Decisions
    from etl.transform.identify import Identity

NEAR_NAME: Final = "near"
"""The run of the candidates that stand in a near miss, on either side."""

GROUPED_NAME: Final = "grouped"
"""The folder of the runs of :func:`bring_together`."""


def write_identity(identity: Identity, folder: Path) -> None:
    """Write what was found as runs by candidate, so that every later task reads its range alone."""
    near = pl.concat([identity.near_misses[name] for name in PAIR]).unique().alias("alias_id").to_frame()
    for name, rows in {**identity._asdict(), NEAR_NAME: near}.items():
        write_run(rows, folder / name / "all.arrow", halve_id("alias_id"), *rows.columns[:2])


def add_apart(close: pl.DataFrame, folder: Path, asked: Decisions) -> pl.DataFrame:
    """Add to pairs that are one paper or nearly those that are kept apart, of candidates that others may join.

    Columns in: ``etl.transform.identify.JUDGED_SCHEMA``; ``folder`` has the runs ``judged`` of all pairs.
    Columns out: ``etl.transform.identify.VERDICT_SCHEMA``.
    """
    joined = list_joined(close, asked)
    apart = read_rows_of(folder / "judged", joined, "alias_id").filter(
        IS_TELLING & ~IS_CLOSE, pl.col("other_alias_id").is_in(joined.implode())
    )
    return pl.concat([close, apart]).select(*VERDICT_SCHEMA)


def count_papers(candidates: int, identity: Identity) -> dict[str, int]:
    """Count for people what so many candidates came to."""
    return {
        "candidates": candidates,
        "papers": candidates - identity.groups.height + identity.groups["group_id"].n_unique(),
        "matches": identity.matches.height // 2,
        "near_misses": identity.near_misses.height,
    }


def close_groups(aliases: pl.Series, *groups: pl.DataFrame) -> pl.Series:
    """Add to some candidates all others of their papers, by each of these frames of groups."""
    found = aliases.alias("alias_id").unique()
    for frame in groups:
        names = frame.join(found.to_frame(), on="alias_id", how="semi").select("group_id").unique()
        found = pl.concat([found, frame.join(names, on="group_id", how="semi")["alias_id"]]).unique()
    return found


@dataclass(frozen=True)
class GroupSpec(RangeSpec):
    """One task: also the folders of extraction's runs and of identify."""

    source: str
    identified: str


def bring_together(source: Path, identified: Path, folder: Path, parts: Parts, tasks: Tasks) -> None:
    """Bring the cards of papers with several candidates under the name of their group, as runs in ``folder``.

    ``source`` is the folder of extraction's runs, ``identified`` that of identify.
    """
    specs = [
        GroupSpec(str(folder), bucket, parts, str(source), str(identified)) for bucket in list_buckets(parts.buckets)
    ]
    tasks.run(gather_groups, specs)
    merge_folders([folder / GROUPED_NAME], tasks)


def gather_groups(spec: GroupSpec) -> Bucket:
    """Bring this range's cards of papers with several candidates under the name of their group; gives the range."""
    groups = read_runs(Path(spec.identified, "groups"), spec.bucket)
    cards = read_runs(Path(spec.source, "candidates"), spec.bucket).join(groups, on="alias_id")
    run = Path(spec.folder, GROUPED_NAME, f"{spec.bucket.number:06d}.arrow")
    write_run(cards, run, halve_id("group_id"), "group_id", "dump_id", "position")
    return spec.bucket


def read_group_cards(
    source: Path, identified: Path, grouped: Path, bucket: Bucket, columns: Sequence[str]
) -> pl.DataFrame:
    """Read the cards of all papers whose group is in this range, with their ``group_id``.

    ``source`` is the folder of extraction's runs, ``identified`` that of identify, and ``grouped`` the one that
    :func:`bring_together` wrote into; columns are those of ``etl.transform.cards.RESOLVED``.
    """
    groups = read_runs(identified / "groups", bucket)
    names = [*dict.fromkeys(("alias_id", *columns))]
    alone = (
        read_runs(source / "candidates", bucket, names)
        .join(groups, on="alias_id", how="anti")
        .with_columns(pl.col("alias_id").alias("group_id"))
    )
    return pl.concat([alone, read_runs(grouped / GROUPED_NAME, bucket, alone.columns)])
