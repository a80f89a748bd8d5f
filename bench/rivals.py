"""Jobs to compare a build with: what has to be done anyway, and what people would write first.

    python bench/rivals.py floor RELEASE DUMPS OUT
    python bench/rivals.py plain DUMPS OUT
    python bench/rivals.py duckdb DUMPS OUT

The floor reads every byte of the dumps once, and writes the tables of a finished release, file by file, from Arrow
tables that lie ready in memory; it prints the CPU seconds of just that. The other two know pages without damage alone,
give no offsets, no years and no provenance, and take equal titles for one paper.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator

DOT: Final = "·"
"""The line between a card's footer and its date."""

CARDS_SQL: Final = """
CREATE TABLE listings AS
WITH
lines AS (
    SELECT filename, unnest(string_split(content, chr(10))) AS line,
           generate_subscripts(string_split(content, chr(10)), 1) AS number
    FROM read_text($dumps)
),
printed AS (
    SELECT filename, number, trim(line) AS line, lag(trim(line)) OVER page AS before
    FROM lines WHERE trim(line) <> '' WINDOW page AS (PARTITION BY filename ORDER BY number)
),
numbered AS (
    SELECT *, coalesce(count(*) FILTER (before = '·') OVER (
        PARTITION BY filename ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS card
    FROM printed
),
cards AS (
    SELECT filename, card, list(line ORDER BY number) AS lines FROM numbered GROUP BY filename, card
)
SELECT filename, card AS position, lines[-5] AS title, lines[-4] AS abstract, lines[-3] AS footer,
       lines[-1] AS date_line, regexp_replace(lower(lines[-5]), '[^a-z0-9]', '', 'g') AS title_key
FROM cards WHERE lines[-2] = '·' AND len(lines) >= 5
"""
PAPERS_SQL: Final = """
COPY (
    SELECT title_key, arg_min(title, filename) AS title, arg_min(abstract, filename) AS abstract,
           arg_min(footer, filename) AS footer, arg_min(date_line, filename) AS date_line, count(*) AS listing_count
    FROM listings GROUP BY title_key ORDER BY title_key
) TO $out (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)
"""


class Watch:
    """A watch for CPU seconds that can be stopped between two pieces of work."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def run(self) -> Iterator[None]:
        """Count what the block takes."""
        started = time.process_time()
        yield
        self.seconds += time.process_time() - started


def run_floor(release: Path, dumps: Path, out: Path) -> None:
    """Read all dumps, and write all tables of the release again; print what that took."""
    watch = Watch()
    for path in list_dumps(dumps):
        with watch.run(), path.open("rb", buffering=0) as dump:
            while dump.read(1 << 20):
                pass
    for number, path in enumerate(sorted(release.glob("*/*.parquet"))):
        table = pq.read_table(path)
        with watch.run():
            pq.write_table(table, out / f"{number}.parquet", compression="zstd", compression_level=1)
    print(watch.seconds)


def run_plain(dumps: Path, out: Path) -> None:
    """Read the dumps line by line into a dict of papers, and write it as one file."""
    papers: dict[str, dict[str, object]] = {}
    for path in list_dumps(dumps):
        card: list[str] = []
        with path.open(encoding="utf-8", errors="replace") as lines:
            for text in lines:
                line = text.strip()
                if not line:
                    continue
                card.append(line)
                if len(card) > 1 and card[-2] == DOT:
                    add_card(papers, card)
                    card = []
    pq.write_table(
        pa.Table.from_pylist(list(papers.values())), out / "papers.parquet", compression="zstd", compression_level=1
    )


def add_card(papers: dict[str, dict[str, object]], card: list[str]) -> None:
    """Add a card, by its last five lines, to the papers: the first print of a title is kept."""
    if len(card) < 5:  # noqa: PLR2004 - title, abstract, footer, dot, date
        return
    title, abstract, footer, _, date_line = card[-5:]
    key = "".join(letter for letter in title.lower() if letter.isalnum())
    known = papers.setdefault(
        key, {"title": title, "abstract": abstract, "footer": footer, "date_line": date_line, "listing_count": 0}
    )
    known["listing_count"] = int(str(known["listing_count"])) + 1


def run_duckdb(dumps: Path, out: Path) -> None:
    """Do the same in SQL alone."""
    with duckdb.connect(config={"temp_directory": str(out / "spill")}) as connection:
        connection.execute(CARDS_SQL, {"dumps": [str(path) for path in list_dumps(dumps)]})
        target = str(out / "papers.parquet").replace("'", "''")
        connection.execute(PAPERS_SQL.replace("$out", f"'{target}'"))


def list_dumps(folder: Path) -> list[Path]:
    """List the dumps of a sample."""
    return sorted(folder.glob("*.txt"))


def main() -> None:
    """Run one job."""
    job, *places = sys.argv[1:]
    {"floor": run_floor, "plain": run_plain, "duckdb": run_duckdb}[job](*map(Path, places))


if __name__ == "__main__":
    main()
