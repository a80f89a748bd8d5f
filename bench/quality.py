"""Measures how good the decisions are: which listings are one paper, and which year a page is of.

    python bench/quality.py [--dumps ../shared/dumps] [--pages 200]

Prints the tables of docs/quality.md. The material is real: titles, abstracts, days and author counts of the rendered
dumps, split in two halves by a hash of the title. Rules and thresholds are fixed on one half, whose pairs may be looked
at; the figures are those of the other. Pairs with invented texts belong to the first half.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hard_pages import PAGE_KINDS, make_pages, measure_years  # noqa: E402 - after the path is set

from tests.hard_pairs import (  # noqa: E402
    KINDS,
    SAME_TITLES,
    group_rows,
    is_held_out,
    make_invented_pairs,
    make_pairs,
    measure_precision_and_recall,
    score_families,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.hard_pairs import Score

SEED = 1
PAGE_SIZES = (5, 10, 20, 40, 100)
Record = dict[str, Any]


def read_records(dumps: Path) -> list[Record]:
    """Read what is true of each distinct paper of the rendered dumps."""
    truth = (dumps / "rendered_truth" / "papers.jsonl").read_text("utf-8").splitlines()
    golden = [json.loads(line)["golden"] for line in truth]
    return [make_record(paper) for paper in golden if paper["published_on"]]


def make_record(paper: Record) -> Record:
    """Make the columns that identity reads of a paper's truth."""
    day = dt.date.fromisoformat(paper["published_on"])
    fields = {name: paper[name] for name in ("title", "abstract", "author_count")}
    return fields | {"month": day.month, "day": day.day, "year": day.year}


def count_false_merges(records: Sequence[Record]) -> tuple[int, int]:
    """Count the pairs of distinct papers that are taken for one, and all pairs."""
    sizes = Counter(group_rows(records)).values()
    return sum(size * (size - 1) // 2 for size in sizes), len(records) * (len(records) - 1) // 2


NOTE = """\
Papers are split in two halves by a hash of their titles.
Rules and thresholds were fixed on pairs of one half; the figures to quote are those of the other.
Older rules had been adjusted on changed copies of all of these papers, so expect a little less on others, and look at
the figures of the first contact below.
Pages are simulated from the real publication days; of misprinted twins one card in 200 prints a year that is one off.
"""


def render(records: Sequence[Record], pages: int) -> Iterator[str]:
    """Render the tables."""
    yield NOTE
    halves = [[record for record in records if is_held_out(record) is held_out] for held_out in (False, True)]
    invented = list(make_invented_pairs())
    first, second = (make_pairs(half, seed=SEED) for half in halves)
    scores = [score_families([*first, *invented]), score_families(second)]
    yield from render_families(*scores)
    yield ""
    yield from render_kinds(*scores)
    yield ""
    for name, found in zip(("half the rules were fixed on", "held-out half"), scores, strict=True):
        yield f"{name.capitalize()}: {tell_precision(found)}"
    false_merges, all_pairs = count_false_merges(records)
    yield f"False merges among all pairs of {len(records)} distinct papers: {false_merges} of {all_pairs:,}."
    yield ""
    yield from render_years(records, pages)


def render_families(first: Sequence[Score], second: Sequence[Score]) -> Iterator[str]:
    """Render a row per family, with both halves."""
    others = {(score.family, score.is_same): score for score in second}
    yield "| family | truth | half the rules were fixed on | held-out half | one title key, held out |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for score in first:
        held_out = others.get((score.family, score.is_same))
        keys = held_out or score
        cells = (
            score.family,
            "one paper" if score.is_same else "two papers",
            f"{score.right} of {score.count}",
            f"{held_out.right} of {held_out.count}" if held_out else "-",
            f"{keys.equal_keys} of {keys.count}" if score.family in SAME_TITLES else "-",
        )
        yield f"| {' | '.join(cells)} |"


def render_kinds(first: Sequence[Score], second: Sequence[Score]) -> Iterator[str]:
    """Render the recall by kind of what changed between two prints of one paper."""
    yield "| kind | half the rules were fixed on | held-out half |"
    yield "| --- | ---: | ---: |"
    for kind in dict.fromkeys(KINDS.values()):
        shares = []
        for scores in (first, second):
            chosen = [score for score in scores if score.is_same and KINDS[score.family] == kind]
            right, count = sum(score.right for score in chosen), sum(score.count for score in chosen)
            shares.append(f"{right} of {count} = {right / count:.4f}" if count else "-")
        yield f"| {kind} | {' | '.join(shares)} |"


def tell_precision(scores: Sequence[Score]) -> str:
    """Say how many pairs there are, and their precision and recall."""
    precision, recall = measure_precision_and_recall(scores)
    false = sum(score.count - score.right for score in scores if not score.is_same)
    count, others = (sum(score.count for score in scores if score.is_same is truth) for truth in (True, False))
    return (
        f"pair precision {precision:.4f}, recall {recall:.4f} "
        f"({count} pairs of one paper, {others} of two; {false} false merges)."
    )


def render_years(records: Sequence[Record], pages: int) -> Iterator[str]:
    """Render how often the years of simulated pages are right, wrong and left open."""
    yield "| pages of | cards a page | twins on other pages | right | wrong | undecided | wrong among decided |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    for name, kind in PAGE_KINDS.items():
        for size in PAGE_SIZES:
            rng = random.Random(SEED + size)  # noqa: S311 - not for secrets
            made = make_pages(records, kind, size, pages, rng)
            for twins in ("none", "as printed", "misprinted"):
                score = measure_years(made, twins, rng)
                decided = score.right + score.wrong
                share = f"{score.wrong / decided:.2%}" if decided else "-"
                yield f"| {name} | {size} | {twins} | {' | '.join(map(str, score))} | {share} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--dumps", type=Path, default=ROOT.parent / "shared" / "dumps", help="folder with rendered_truth"
    )
    parser.add_argument("--pages", type=int, default=200, help="simulated pages of each size")
    options = parser.parse_args()
    for line in render(read_records(options.dumps), options.pages):
        print(line)


if __name__ == "__main__":
    main()
