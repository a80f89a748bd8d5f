"""Segments of the search index: which to keep, and what is written for new texts. A segment is never changed.

Every text has a number that no other text of this index ever had. A segment holds a range of numbers, in four files:

- ``postings``: one row per word and paper, with how much the word counts and how long the text is;
- ``pairs``: one row per pair of neighbouring words, paper and position, for phrases: of two frequent words only the
  places where they meet are read; the title's words stand before position 0;
- ``abstracts``: the texts in small pieces, so that a few of them are read quickly;
- ``vocabulary``: its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow.parquet as pq

from etl.load.duckdb_names import quote_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

SEGMENT_PAPERS: Final = 50_000
"""Papers of a segment at most: about 12 million words, which are sorted in memory."""

KINDS: Final = ("postings", "pairs", "abstracts", "vocabulary")
TITLE_WEIGHT: Final = 3
_MAX_WORDS: Final = 65_535
FORMAT: Final = "(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880)"
_ABSTRACTS: Final = 512
"""Abstracts of a row group: a search reads ten of them, and each with all of its row group.

There are no statistics of the texts: they would be most of what is read to open a file.
"""
_BATCH_ROWS: Final = 65_536
_FIELDS: Final = """
    SELECT paper_number, -len(words) - 1 AS first, words
    FROM (SELECT paper_number, search_words(title) AS words FROM texts)
    UNION ALL
    SELECT paper_number, 0, search_words(abstract) FROM texts
"""
_OCCURRENCES: Final = """
    SELECT
        paper_number,
        unnest(words) AS word,
        unnest(list_append(words[2:], NULL)) AS next_word,
        unnest(range(first, first + len(words)))::INTEGER AS position
    FROM (SELECT paper_number, first, words::segment_word[] AS words FROM fields WHERE len(words) > 0)
"""
"""Positions go up to -2 in a title and from 0 in an abstract; no phrase spans both: last words have no next one."""


@dataclass(frozen=True)
class Segment:
    """A range of text numbers that were indexed together."""

    first: int
    count: int

    @property
    def end(self) -> int:
        """The first number behind it."""
        return self.first + self.count

    def locate(self, folder: Path, kind: str) -> Path:
        """Name the file of a kind."""
        return folder / f"{kind}-{self.first:010d}.parquet"


def choose_kept(segments: Sequence[Segment], living: Mapping[int, int], new: int) -> list[Segment]:
    """Choose the segments to keep; the papers of the others are indexed anew, together with the new ones.

    ``living`` says by a segment's first number how many of its texts are still of papers. A segment goes when more than
    half of it is dead, or when it is no larger than what is indexed anyway: so sizes at least double from one to the
    next, and a text is indexed anew only as often as the index doubles.

    >>> choose_kept([Segment(0, 100), Segment(100, 4)], {0: 100, 100: 4}, new=5)
    [Segment(first=0, count=100)]
    >>> choose_kept([Segment(0, 100), Segment(100, 4)], {0: 100, 100: 4}, new=0)
    [Segment(first=0, count=100), Segment(first=100, count=4)]
    """
    kept = []
    for segment in sorted(segments, key=lambda one: living.get(one.first, 0)):
        alive = living.get(segment.first, 0)
        is_sparse = 2 * alive < segment.count
        is_small = alive <= new < SEGMENT_PAPERS and alive + new <= SEGMENT_PAPERS
        if is_sparse or is_small:
            new += alive
        else:
            kept.append(segment)
    return sorted(kept, key=lambda one: one.first)


def write_segment(connection: duckdb.DuckDBPyConnection, segment: Segment, folder: Path) -> None:
    """Write the files of a segment from the table ``texts`` (paper_number, title, abstract)."""
    _number_words(connection)
    queries = {
        "pairs": """
            SELECT word::VARCHAR AS word, next_word::VARCHAR AS next_word, paper_number, position FROM (
                FROM occurrences WHERE next_word IS NOT NULL ORDER BY word, next_word, paper_number, position
            )
        """,
        "postings": f"""
            WITH lengths AS (
                SELECT paper_number, least(count(*), {_MAX_WORDS})::USMALLINT AS word_count
                FROM occurrences GROUP BY paper_number
            )
            SELECT word::VARCHAR AS word, paper_number, weight, word_count FROM (
                SELECT * FROM (
                    SELECT
                        word,
                        paper_number,
                        least(sum(CASE WHEN position < 0 THEN {TITLE_WEIGHT} ELSE 1 END), {_MAX_WORDS})::USMALLINT
                            AS weight
                    FROM occurrences GROUP BY word, paper_number
                ) JOIN lengths USING (paper_number)
                ORDER BY word, paper_number
            )
        """,  # noqa: S608 - our own numbers
        "vocabulary": "FROM vocabulary ORDER BY word",
    }
    for kind, query in queries.items():
        connection.execute(f"COPY ({query}) TO {quote_text(str(segment.locate(folder, kind)))} {FORMAT}")
    write_abstracts(connection, segment.locate(folder, "abstracts"))


def write_abstracts(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the abstracts of ``texts`` with pyarrow, since DuckDB makes no row groups of less than 2,048 rows."""
    query = "SELECT paper_number, abstract FROM texts ORDER BY paper_number"
    batches = connection.sql(query).to_arrow_reader(_BATCH_ROWS)
    with pq.ParquetWriter(path, batches.schema, compression="zstd", write_statistics=["paper_number"]) as writer:
        for batch in batches:
            writer.write_batch(batch, row_group_size=_ABSTRACTS)


def _number_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``occurrences`` with words as an enumeration in their order, which sorts as fast as numbers."""
    for statement in (
        "DROP TABLE IF EXISTS occurrences",
        "DROP TYPE IF EXISTS segment_word",
        f"CREATE OR REPLACE TEMP TABLE fields AS {_FIELDS}",
        "CREATE OR REPLACE TEMP TABLE vocabulary AS SELECT DISTINCT unnest(words) AS word FROM fields",
        "CREATE TYPE segment_word AS ENUM (SELECT word FROM vocabulary ORDER BY word)",
        f"CREATE TABLE occurrences AS {_OCCURRENCES}",
        "DROP TABLE fields",
    ):
        connection.execute(statement)
