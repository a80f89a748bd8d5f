"""Measures how good the decisions are: which listings are one paper, and which year a page is of.

    python bench/quality.py [--dumps ../shared/dumps] [--pages 400]

Prints the tables of docs/quality.md. The material is real: titles, abstracts, days and author counts of the rendered
dumps. This is no held-out half: the rules were adjusted on perturbed copies of these same papers, and pairs of this
seed were looked at while that was done. Expect a little less on papers nobody has looked at.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402 - after the path is set

from etl.transform.identify import identify_papers  # noqa: E402
from etl.transform.keys import add_keys  # noqa: E402
from etl.transform.years import date_pages  # noqa: E402
from tests.hard_pairs import make_pairs  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEED = 1
PAGE_SIZES = (5, 10, 20, 40, 100)
RECORD_SCHEMA = {
    "title": pl.String,
    "abstract": pl.String,
    "month": pl.Int8,
    "day": pl.Int8,
    "year": pl.Int16,
    "author_count": pl.Int32,
}
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


def is_merged(left: Record, right: Record) -> bool:
    """Tell whether two listings are taken for one paper."""
    cards = add_keys(pl.DataFrame([left, right], schema=RECORD_SCHEMA))
    identity = identify_papers(cards, cards.select("alias_id", "abstract"))
    return identity.groups["group_id"].n_unique() == 1


def measure_pairs(records: Sequence[Record], seed: int) -> Iterator[tuple[str, bool, int, int]]:
    """Yield each family, whether its pairs are one paper, how many were decided right, and how many there are."""
    right: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    for pair in make_pairs(list(records), seed=seed):
        right[pair.family, pair.is_same].append(is_merged(pair.left, pair.right) == pair.is_same)
    for (family, is_same), results in right.items():
        yield family, is_same, sum(results), len(results)


def count_false_merges(records: Sequence[Record]) -> tuple[int, int]:
    """Count the pairs of distinct papers that are taken for one, and all pairs."""
    cards = add_keys(pl.DataFrame(list(records), schema=RECORD_SCHEMA))
    groups = identify_papers(cards, cards.select("alias_id", "abstract")).groups
    sizes = groups.group_by("group_id").len()["len"]
    return sum(size * (size - 1) // 2 for size in sizes), len(records) * (len(records) - 1) // 2


def make_pages(records: Sequence[Record], size: int, count: int, rng: random.Random) -> tuple[pl.DataFrame, ...]:
    """Make pages of ``size`` cards as the source would print them, and the true year of each."""
    days = [dt.date(record["year"], record["month"], record["day"]) for record in records]
    pages, cards, truth = [], [], {}
    for number in range(count):
        page_on = dt.date(2024, 9, 1) + dt.timedelta(days=rng.randrange(720))
        while page_on.weekday() > 4:  # noqa: PLR2004 - the source's pages are of weekdays
            page_on += dt.timedelta(days=1)
        listed = [place for place, day in enumerate(days) if day <= page_on]
        dump_id = f"{number:032x}"
        truth[dump_id] = page_on.year
        pages.append((dump_id, 0, f"{page_on:%b} {page_on.day}"))
        for place in rng.sample(listed, min(size, len(listed))):
            day = days[place]
            year = day.year if day.year != page_on.year else None
            cards.append((dump_id, 0, f"{place:032x}", day.month, day.day, year))
    return (
        pl.DataFrame(
            pages, schema={"dump_id": pl.String, "page_number": pl.Int32, "header_date_line": pl.String}, orient="row"
        ),
        pl.DataFrame(
            cards,
            schema={
                "dump_id": pl.String,
                "page_number": pl.Int32,
                "group_id": pl.String,
                "month": pl.Int8,
                "day": pl.Int8,
                "year": pl.Int16,
            },
            orient="row",
        ),
        pl.DataFrame({"dump_id": list(truth), "true_year": list(truth.values())}),
    )


def measure_years(records: Sequence[Record], size: int, count: int, *, with_twins: bool) -> tuple[int, int, int]:
    """Count the pages dated right, dated wrong and left undecided; without twins each page is dated by itself."""
    pages, cards, truth = make_pages(records, size, count, random.Random(SEED + size))  # noqa: S311 - not for secrets
    given = pl.DataFrame(schema={"dump_id": pl.String, "given_page_on": pl.Date})
    if not with_twins:
        cards = cards.with_columns(pl.concat_str("dump_id", "group_id").alias("group_id"))
    dated = date_pages(pages, cards, given).join(truth, on="dump_id")
    decided = dated.filter(pl.col("capture_year").is_not_null())
    right = decided.filter(pl.col("capture_year") == pl.col("true_year")).height
    return right, decided.height - right, dated.height - decided.height


def render(records: Sequence[Record], pages: int) -> Iterator[str]:
    """Render the tables."""
    yield "| family | truth | decided right |"
    yield "| --- | --- | ---: |"
    totals: dict[bool, list[int]] = {True: [0, 0], False: [0, 0]}
    for family, is_same, right, count in measure_pairs(records, SEED):
        totals[is_same][0] += right
        totals[is_same][1] += count
        yield f"| {family} | {'one paper' if is_same else 'two papers'} | {right} of {count} |"
    merged = totals[True][0] + totals[False][1] - totals[False][0]
    yield ""
    yield f"Pair precision {totals[True][0] / merged:.4f}, recall {totals[True][0] / totals[True][1]:.4f}."
    false_merges, all_pairs = count_false_merges(records)
    yield f"False merges among all pairs of {len(records)} distinct papers: {false_merges} of {all_pairs:,}."
    yield ""
    yield "| cards a page | other pages | right | wrong | undecided | wrong among decided |"
    yield "| ---: | --- | ---: | ---: | ---: | ---: |"
    for size in PAGE_SIZES:
        for with_twins in (False, True):
            right, wrong, open_ = measure_years(records, size, pages, with_twins=with_twins)
            share = f"{wrong / (right + wrong):.2%}" if right + wrong else "-"
            yield f"| {size} | {'with twins' if with_twins else 'none'} | {right} | {wrong} | {open_} | {share} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--dumps", type=Path, default=ROOT.parent / "shared" / "dumps", help="folder with rendered_truth"
    )
    parser.add_argument("--pages", type=int, default=400, help="simulated pages of each size")
    options = parser.parse_args()
    for line in render(read_records(options.dumps), options.pages):
        print(line)


if __name__ == "__main__":
    main()
