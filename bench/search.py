"""Measure the search index on invented papers: how long it takes to build and to grow, its size, and its answers.

    python bench/search.py [--papers 100000] [--copies 10] [--folder DIR] [--write]

The papers are those of etl/sample; beyond the first 40,000 the beginning of one abstract goes with the end of another,
so that words are as frequent as among few. With ``--copies`` the segments of their index are written so many times,
each with numbers of its own: questions are then asked of an index of so many times the papers, without the time that it
takes to build one. Times are CPU seconds of all threads: other programs that run beside slow down the seconds on the
clock. With ``--write`` the figures go to bench/results/search.md.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # bench/ is no package

from etl.load.duckdb_names import quote_text  # noqa: E402
from etl.load.lock import hold_lock  # noqa: E402
from etl.load.reader import Release  # noqa: E402
from etl.load.tables import list_files, name_part, write_table  # noqa: E402
from etl.load.warehouse import Warehouse  # noqa: E402
from etl.sample.papers import invent_paper  # noqa: E402
from etl.search.catalog import finish_catalog, read_parquet, write_tables  # noqa: E402
from etl.search.index import VIEWS, SearchIndex, build_index  # noqa: E402
from etl.search.questions import search_papers  # noqa: E402
from etl.search.segments import FORMAT, Segment, write_abstracts  # noqa: E402
from schemas import TABLES  # noqa: E402
from schemas.columns import list_columns  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


def write_part(rows: pl.DataFrame, number: int, folder: Path) -> None:
    """Write papers as the part of that number."""
    write_table(rows, "papers", folder / "aside")
    (folder / "papers").mkdir(exist_ok=True)
    (folder / "aside" / "papers" / name_part(0)).rename(folder / "papers" / name_part(number))
    shutil.rmtree(folder / "aside")


def write_release(warehouse: Warehouse, name: str, papers: Iterator[pl.DataFrame]) -> Release:
    """Write a release that has papers alone, as far as a search needs it."""
    folder = warehouse.releases / name
    for number, rows in enumerate(papers):
        write_part(rows, number, folder)
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


def run(folder: Path, count: int, copies: int) -> Iterator[str]:
    """Build, grow, repeat and ask an index, and tell the figures as Markdown."""
    warehouse = Warehouse(folder / "warehouse")
    warehouse.create_folders()
    texts = invent_texts()
    stretches = [(first, min(CHUNK, count - first)) for first in range(0, count, CHUNK)]
    release = write_release(warehouse, "first", (make_papers(texts, *part, count) for part in stretches))
    cpu, _, index = measure(lambda: index_release(warehouse, release))
    yield "| what | figure |\n| --- | --- |"
    yield f"| papers | {count:,} in {measure_files(release.list_files('papers')) / 1e6:,.0f} MB of Parquet |"
    yield f"| building their index | {cpu:,.0f} CPU seconds |"
    yield f"| its size | {measure_files(index.folder.iterdir()) / 1e6:,.0f} MB in {len(index.segments)} segments |"
    yield from tell_growth(warehouse, release, texts, count)
    yield f"| most memory | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:,.1f} GB |"
    if copies > 1:
        index = repeat_index(index, release, copies, folder)
    size = f"{measure_files(index.folder.iterdir()) / 1e6:,.0f} MB in {len(index.segments)} segments"
    yield f"| asked is an index of | {count * copies:,} papers: {size} |\n"
    yield "| question | papers found | CPU seconds | seconds |\n| --- | --: | --: | --: |"
    for name, question in QUESTIONS.items():
        rounds = [measure(lambda asked=question: search_papers(index, asked, limit=10)) for _ in range(ROUNDS)]
        cpu, wall = min(cpu for cpu, _, _ in rounds), min(wall for _, wall, _ in rounds)
        yield f"| {name}: `{question}` | {rounds[0][2].count:,} | {cpu:.2f} | {wall:.2f} |"


def measure_files(paths: Iterable[Path]) -> int:
    """Add up the bytes of files."""
    return sum(path.stat().st_size for path in paths)


def repeat_index(index: SearchIndex, release: Release, copies: int, folder: Path) -> SearchIndex:
    """Write an index that has every segment so many times, each time with other numbers of papers."""
    length = max(segment.end for segment in index.segments)
    repeated = SearchIndex(
        folder / "repeated",
        tuple(
            Segment(segment.first + copy * length, segment.count)
            for copy in range(copies)
            for segment in index.segments
        ),
    )
    repeated.folder.mkdir()
    with duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(folder / "spill")}) as connection:
        for number, segment in enumerate(repeated.segments):
            once = index.segments[number % len(index.segments)]
            repeat_segment(connection, once, index.folder, segment, repeated.folder)
        connection.execute(f"ATTACH {quote_text(str(index.catalog))} AS once (READ_ONLY)")
        connection.execute(f"CREATE VIEW copies AS SELECT unnest(range({copies})) AS copy, {length} * copy AS shift")
        queries = {
            "documents": "SELECT * EXCLUDE (copy, shift) REPLACE ((paper_number + shift)::INTEGER AS paper_number, "
            "md5(paper_id || copy) AS paper_id) FROM once.search_documents CROSS JOIN copies ORDER BY paper_number",
            "totals": "SELECT paper_count * copies AS paper_count, (word_count * copies)::BIGINT AS word_count "
            "FROM once.search_totals CROSS JOIN (SELECT count(*) AS copies FROM copies)",
            "dead": "FROM once.search_dead",
            "vocabulary": "FROM once.search_vocabulary",
        }
        write_tables(connection, repeated.folder, queries)
    finish_catalog(release, repeated.folder, {kind: repeated.list_files(kind) for kind in VIEWS})
    return repeated


def repeat_segment(
    connection: duckdb.DuckDBPyConnection, segment: Segment, source: Path, other: Segment, target: Path
) -> None:
    """Write the files of a segment once more, with the numbers of another one."""
    moved = f"SELECT * REPLACE ((paper_number + {other.first - segment.first})::INTEGER AS paper_number) FROM"
    for kind in ("postings", "pairs"):
        written = quote_text(str(other.locate(target, kind)))
        connection.execute(f"COPY ({moved} {read_parquet([segment.locate(source, kind)])}) TO {written} {FORMAT}")
    abstracts = read_parquet([segment.locate(source, "abstracts")])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE texts AS {moved} {abstracts}")
    write_abstracts(connection, other.locate(target, "abstracts"))


def tell_growth(warehouse: Warehouse, release: Release, texts: pl.DataFrame, count: int) -> Iterator[str]:
    """Tell what a release with a few more papers costs."""
    folder = warehouse.releases / "grown"
    (folder / "papers").mkdir(parents=True)
    for path in release.list_files("papers"):
        (folder / "papers" / path.name).hardlink_to(path)
    added = make_papers(texts, 0, GROWTH, count).with_columns(
        paper_id=pl.format("ffffffffffffffffffffffffffff{}", pl.int_range(1000, 1000 + pl.len()).cast(pl.String))
    )
    write_part(added, 90_000, folder)
    files = sorted((folder / "papers").iterdir())
    tables = {**release.manifest["tables"], "papers": {"files": [{"path": f"papers/{path.name}"} for path in files]}}
    for table in set(TABLES) - {"papers"}:
        (folder / table).symlink_to(release.path / table)
    cpu, _, index = measure(lambda: index_release(warehouse, Release("grown", folder, {"tables": tables})))
    new = measure_files(path for path in index.folder.iterdir() if path.stat().st_nlink == 1)
    yield f"| growing it by {GROWTH} papers | {cpu:.1f} CPU seconds, {new / 1e6:,.0f} MB written |"


def main() -> int:
    """Measure, print, and write the result if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        lines = []
        for line in run(Path(folder), arguments.papers, arguments.copies):
            print(line, flush=True)
            lines.append(line)
    if arguments.write:
        command = f"python bench/search.py --papers {arguments.papers} --copies {arguments.copies} --write"
        lines.insert(0, f"Made by `{command}`.\n")
        (ROOT / "bench" / "results" / "search.md").write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
