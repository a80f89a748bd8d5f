"""Measure the search index on invented papers: how long it takes to build and to grow, its size, and its answers.

    python bench/search.py [--papers 1000000] [--folder DIR] [--write]

The papers are those of etl/sample; beyond the first 40,000 the beginning of one abstract goes with the end of another,
so that words are as frequent as among few. Times are CPU seconds of two threads, since other programs may run beside.
With ``--write`` the figures go to bench/results/search.md.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # bench/ is no package

from etl.load.lock import hold_lock  # noqa: E402
from etl.load.reader import Release  # noqa: E402
from etl.load.tables import list_files, write_table  # noqa: E402
from etl.load.warehouse import Warehouse  # noqa: E402
from etl.sample.papers import invent_paper  # noqa: E402
from etl.search.index import SearchIndex, build_index  # noqa: E402
from etl.search.questions import search_papers  # noqa: E402
from schemas import TABLES  # noqa: E402
from schemas.columns import list_columns  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

INVENTED = 40_000
CHUNK = 100_000
GROWTH = 60
ROUNDS = 5
QUESTIONS = {
    "a rare word": "GourfiFlow",
    "a word of the vocabulary": "reward",
    "two words": "reward generation",
    "a phrase": '"sparse grid"',
    "a phrase and a word": '"codebook grafting" attention',
    "a beginning": "quantiz*",
    "words and a missing one": "attention pruning -video",
    "a word of nearly all papers": "the",
    "a phrase of such words": '"of the"',
    "a question in words": "which of the codebooks is a reward for generation",
    "ten of the most frequent words": "a and we to the for with on is of",
    "all that begins so": "th*",
}


def invent_texts() -> pl.DataFrame:
    """Invent the papers that all others are put together from."""
    papers = [invent_paper(1, number) for number in range(INVENTED)]
    texts = pl.DataFrame(
        {"title": [paper.title.text for paper in papers], "abstract": [paper.abstract or "" for paper in papers]}
    )
    half = pl.col("abstract").str.len_chars() // 2
    return texts.with_columns(head=pl.col("abstract").str.slice(0, half), tail=pl.col("abstract").str.slice(half))


def make_papers(texts: pl.DataFrame, first: int, count: int, total: int) -> pl.DataFrame:
    """Make a stretch of papers in the order of their ids."""
    step = 2**128 // (total + 1)
    numbers = range(first, first + count)
    heads = texts[[number % INVENTED for number in numbers]]
    tails = texts[[(number + 7919 * (number // INVENTED)) % INVENTED for number in numbers]]
    rows = pl.DataFrame(
        {
            "paper_id": [f"{number * step:032x}" for number in numbers],
            "title": heads["title"],
            "abstract": heads["head"] + tails["tail"],
            "listing_count": 1,
            "dump_count": 1,
        }
    )
    return fill_columns(rows, "papers")


def fill_columns(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Give rows the columns of their table that they lack, as nulls."""
    missing = [column for column in list_columns(TABLES[table]) if column.name not in rows.columns]
    return rows.with_columns(pl.lit(None, column.dtype).alias(column.name) for column in missing)


def write_release(warehouse: Warehouse, name: str, papers: Iterator[pl.DataFrame]) -> Release:
    """Write a release that has papers alone, as far as a search needs it."""
    folder = warehouse.releases / name
    for number, rows in enumerate(papers):
        write_table(rows, "papers", folder, first_part=number)
    for table in set(TABLES) - {"papers"}:
        write_table(fill_columns(pl.DataFrame(), table), table, folder)
    files = {table: [str(path.relative_to(folder)) for path in list_files(folder / table)] for table in TABLES}
    manifest = {"tables": {table: {"files": [{"path": path} for path in paths]} for table, paths in files.items()}}
    return Release(name, folder, manifest)


def measure(work: Any) -> tuple[float, float, Any]:  # noqa: ANN401 - whatever it gives
    """Measure a piece of work: its CPU seconds, its seconds, its result."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return time.process_time() - cpu, time.perf_counter() - wall, result


def index_release(warehouse: Warehouse, release: Release) -> SearchIndex:
    """Build the index as the command does."""
    with hold_lock(warehouse) as lock:
        return build_index(warehouse, release, lock=lock, on_papers=lambda done, all_: print(done, "of", all_))


def run(folder: Path, count: int) -> Iterator[str]:
    """Build, grow and ask an index, and tell the figures as Markdown."""
    warehouse = Warehouse(folder / "warehouse")
    warehouse.create_folders()
    texts = invent_texts()
    stretches = [(first, min(CHUNK, count - first)) for first in range(0, count, CHUNK)]
    release = write_release(warehouse, "first", (make_papers(texts, *part, count) for part in stretches))
    paper_bytes = sum(path.stat().st_size for path in release.list_files("papers"))
    cpu, _, index = measure(lambda: index_release(warehouse, release))
    size = sum(path.stat().st_size for path in index.folder.iterdir())
    yield "| what | figure |\n| --- | --- |"
    yield f"| papers | {count:,} in {paper_bytes / 1e6:,.0f} MB of Parquet |"
    yield f"| building the index | {cpu:,.0f} CPU seconds |"
    yield f"| size of the index | {size / 1e6:,.0f} MB in {len(index.segments)} segments |"
    yield from tell_growth(warehouse, release, texts, count)
    yield f"| most memory | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:,.1f} GB |\n"
    yield "| question | papers found | CPU seconds | seconds |\n| --- | --: | --: | --: |"
    for name, question in QUESTIONS.items():
        rounds = [measure(lambda asked=question: search_papers(index, asked, limit=10)) for _ in range(ROUNDS)]
        cpu, wall = min(cpu for cpu, _, _ in rounds), min(wall for _, wall, _ in rounds)
        yield f"| {name}: `{question}` | {rounds[0][2].count:,} | {cpu:.2f} | {wall:.2f} |"


def tell_growth(warehouse: Warehouse, release: Release, texts: pl.DataFrame, count: int) -> Iterator[str]:
    """Tell what a release with a few more papers costs."""
    folder = warehouse.releases / "grown"
    (folder / "papers").mkdir(parents=True)
    for path in release.list_files("papers"):
        (folder / "papers" / path.name).hardlink_to(path)
    added = make_papers(texts, 0, GROWTH, count).with_columns(
        paper_id=pl.format("ffffffffffffffffffffffffffff{}", pl.int_range(1000, 1000 + pl.len()).cast(pl.String))
    )
    write_table(added, "papers", folder, first_part=90_000)
    files = sorted((folder / "papers").iterdir())
    tables = {**release.manifest["tables"], "papers": {"files": [{"path": f"papers/{path.name}"} for path in files]}}
    for table in set(TABLES) - {"papers"}:
        (folder / table).symlink_to(release.path / table)
    cpu, _, index = measure(lambda: index_release(warehouse, Release("grown", folder, {"tables": tables})))
    new = sum(path.stat().st_size for path in index.folder.iterdir() if path.stat().st_nlink == 1)
    yield f"| growing it by {GROWTH} papers | {cpu:.1f} CPU seconds, {new / 1e6:,.0f} MB written |"


def main() -> int:
    """Measure, print, and write the result if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        lines = []
        for line in run(Path(folder), arguments.papers):
            print(line, flush=True)
            lines.append(line)
    if arguments.write:
        (ROOT / "bench" / "results" / "search.md").write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
