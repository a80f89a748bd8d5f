"""The search index of a release: built on request in ``state/search/``, never a part of the release.

An index is a folder named after its release. It grows out of the one before: segments whose texts are still there are
linked, not written again, and only texts that no kept segment has are indexed. Its answers are those of an index that
was built at once.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb

from etl.load.duckdb_names import quote_text
from etl.load.files import create_file, flush_file, link_file, remove_folder
from etl.load.sql_files import list_search_files
from etl.load.staging import hold_staging
from etl.load.tables import select_table
from etl.search.catalog import SEARCH_NAME, finish_catalog, read_parquet, write_tables
from etl.search.segments import KINDS, SEGMENT_PAPERS, Segment, choose_kept, write_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from etl.load.lock import Lock
    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse

_FACTS_NAME: Final = "index.json"
_FORMAT: Final = 2
VIEWS: Final = ("postings", "pairs", "abstracts")
"""What a search reads of the segments themselves."""
_MEMORY: Final = "3GB"


@dataclass(frozen=True)
class SearchIndex:
    """A finished index: its folder and its segments."""

    folder: Path
    segments: tuple[Segment, ...]

    @property
    def catalog(self) -> Path:
        """The DuckDB file that has the release's tables and views, and the macros of the search."""
        return self.folder / SEARCH_NAME

    def list_files(self, kind: str) -> list[Path]:
        """List the Parquet files of a kind."""
        return [segment.locate(self.folder, kind) for segment in self.segments]

    @property
    def files(self) -> list[Path]:
        """All Parquet files."""
        return [path for kind in KINDS for path in self.list_files(kind)]


def find_index(warehouse: Warehouse, release: Release) -> SearchIndex | None:
    """Find the finished index of a release; None where there is none, or one of another form."""
    return _read_index(warehouse.state / "search" / release.release_id)


def build_index(
    warehouse: Warehouse, release: Release, *, lock: Lock, on_papers: Callable[[int, int], None] | None = None
) -> SearchIndex:
    """Build the index of a release, or take the one that is there.

    ``on_papers`` is told how many of the papers that must be indexed are done.

    Errors: without the warehouse's lock ``LockNotHeldError``, so that no two write one index.
    """
    lock.require(warehouse)
    known = find_index(warehouse, release)
    if known:
        return known
    with hold_staging(warehouse) as staging:
        draft = staging / "index"
        draft.mkdir()
        before = _find_latest(warehouse)
        with _open_workshop(release, staging) as connection:
            kept = _plan(connection, before)
            first = max((segment.end for segment in before.segments), default=0) if before else 0
            added = _write_segments(connection, draft, first, has_others=bool(kept), on_papers=on_papers)
            if before:
                _link_segments(kept, before.folder, draft)
            index = SearchIndex(draft, (*kept, *added))
            _write_documents(connection, index)
        return _place(warehouse, release, index)


def _read_index(folder: Path) -> SearchIndex | None:
    try:
        facts = json.loads((folder / _FACTS_NAME).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    # The views name files by absolute paths: in a copy or after a move they would read another warehouse.
    if facts.get("format") != _FORMAT or facts.get("place") != str(folder):
        return None
    index = SearchIndex(folder, tuple(Segment(**segment) for segment in facts["segments"]))
    return index if all(path.is_file() for path in (*index.files, index.catalog)) else None


def _find_latest(warehouse: Warehouse) -> SearchIndex | None:
    root = warehouse.state / "search"
    folders = sorted(root.iterdir(), key=lambda path: -path.stat().st_mtime_ns) if root.is_dir() else []
    return next(filter(None, map(_read_index, folders)), None)


@contextlib.contextmanager
def _open_workshop(release: Release, staging: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a session with the release's papers, the macros, and room to spill."""
    settings: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": str(staging / "spill")}
    with contextlib.closing(duckdb.connect(config=settings)) as connection:
        connection.execute(f"CREATE VIEW papers AS {select_table('papers', release.list_files('papers'))}")
        connection.execute(next(file.text for file in list_search_files() if file.name == "search_words"))
        yield connection


def _plan(connection: duckdb.DuckDBPyConnection, before: SearchIndex | None) -> list[Segment]:
    """Make the tables ``kept`` and ``fresh`` of papers whose texts have a number, or need one."""
    connection.execute(
        "CREATE TABLE wanted AS SELECT paper_id, md5_number_lower(title || chr(10) || coalesce(abstract, chr(0))) "
        "AS text_hash FROM papers"
    )
    connection.execute(
        "CREATE TABLE known (paper_number INTEGER, paper_id VARCHAR, text_hash UBIGINT, word_count BIGINT)"
    )
    kept: list[Segment] = []
    if before:
        connection.execute(f"ATTACH {quote_text(str(before.catalog))} AS before (READ_ONLY)")
        connection.execute(
            "INSERT INTO known SELECT d.paper_number, d.paper_id, d.text_hash, d.word_count "
            "FROM before.search_documents AS d "
            "JOIN wanted AS w ON w.paper_id = d.paper_id AND w.text_hash = d.text_hash"
        )
        living = {segment.first: _count_living(connection, segment) for segment in before.segments}
        ((papers,),) = connection.execute("SELECT count(*) FROM wanted").fetchall()
        kept = choose_kept(before.segments, living, papers - sum(living.values()))
        for segment in set(before.segments) - set(kept):
            connection.execute(
                "DELETE FROM known WHERE paper_number >= ? AND paper_number < ?", [segment.first, segment.end]
            )
    connection.execute(
        "CREATE TABLE fresh AS SELECT row_number() OVER (ORDER BY paper_id) - 1 AS place, paper_id, text_hash "
        "FROM wanted ANTI JOIN known USING (paper_id)"
    )
    return kept


def _count_living(connection: duckdb.DuckDBPyConnection, segment: Segment) -> int:
    ((count,),) = connection.execute(
        "SELECT count(*) FROM known WHERE paper_number >= ? AND paper_number < ?", [segment.first, segment.end]
    ).fetchall()
    return int(count)


def _write_segments(
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
    first: int,
    *,
    has_others: bool,
    on_papers: Callable[[int, int], None] | None,
) -> list[Segment]:
    ((total,),) = connection.execute("SELECT count(*) FROM fresh").fetchall()
    # An index has a segment, even one of a release without papers: a view needs a file.
    ends = range(0, total, SEGMENT_PAPERS) if total or has_others else range(1)
    added = []
    for done in ends:
        if on_papers:
            on_papers(done, total)
        segment = Segment(first + done, min(SEGMENT_PAPERS, total - done))
        _take_texts(connection, segment, done)
        write_segment(connection, segment, draft)
        _note_texts(connection, segment, draft)
        added.append(segment)
    if on_papers:
        on_papers(total, total)
    return added


def _link_segments(segments: Sequence[Segment], source: Path, target: Path) -> None:
    for segment in segments:
        for kind in KINDS:
            link_file(segment.locate(source, kind), segment.locate(target, kind))


def _take_texts(connection: duckdb.DuckDBPyConnection, segment: Segment, done: int) -> None:
    """Take the texts of a segment; its ids are neighbours, so most of the papers' file is not read for it."""
    ((lowest, highest),) = connection.execute(
        "SELECT min(paper_id), max(paper_id) FROM fresh WHERE place >= ? AND place < ?", [done, done + segment.count]
    ).fetchall()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE texts AS SELECT (f.place + ?)::INTEGER AS paper_number, p.paper_id, f.text_hash, "
        "p.title, p.abstract FROM papers AS p JOIN fresh AS f ON f.paper_id = p.paper_id "
        "WHERE p.paper_id BETWEEN ? AND ? AND f.place >= ? AND f.place < ?",
        [segment.first - done, lowest, highest, done, done + segment.count],
    )


def _note_texts(connection: duckdb.DuckDBPyConnection, segment: Segment, draft: Path) -> None:
    postings = read_parquet([segment.locate(draft, "postings")])
    connection.execute(f"CREATE OR REPLACE VIEW postings AS FROM {postings}")
    connection.execute(
        "INSERT INTO known SELECT t.paper_number, t.paper_id, t.text_hash, coalesce(l.word_count, 0) FROM texts AS t "
        "LEFT JOIN (SELECT paper_number, any_value(word_count) AS word_count FROM postings GROUP BY paper_number) AS l "
        "ON l.paper_number = t.paper_number"
    )


def _write_documents(connection: duckdb.DuckDBPyConnection, index: SearchIndex) -> None:
    """Write the texts of this release with what a search filters by, their sums, and which texts are no longer."""
    connection.execute("CREATE TABLE numbers (paper_number INTEGER)")
    for segment in index.segments:
        connection.execute("INSERT INTO numbers SELECT unnest(range(?, ?))", [segment.first, segment.end])
    words = read_parquet(index.list_files("vocabulary"))
    queries = {
        "documents": "SELECT k.paper_number, k.paper_id, k.text_hash, k.word_count, p.title, p.organization_handle, "
        "p.published_on, p.first_listed_on FROM known AS k JOIN papers AS p ON p.paper_id = k.paper_id "
        "ORDER BY k.paper_number",
        "totals": "SELECT count(*) AS paper_count, coalesce(sum(word_count), 0)::BIGINT AS word_count FROM known",
        "dead": "FROM numbers ANTI JOIN known USING (paper_number) ORDER BY ALL",
        "vocabulary": f"SELECT DISTINCT word FROM {words} ORDER BY word",  # noqa: S608 - quoted
    }
    write_tables(connection, index.folder, queries)


def _place(warehouse: Warehouse, release: Release, draft: SearchIndex) -> SearchIndex:
    """Give a finished index its name, then the DuckDB file whose views need its files in their place."""
    index = SearchIndex(warehouse.state / "search" / release.release_id, draft.segments)
    segments = [{"first": one.first, "count": one.count} for one in index.segments]
    facts = {"format": _FORMAT, "place": str(index.folder), "segments": segments}
    with create_file(draft.folder / _FACTS_NAME) as file:
        file.write(json.dumps(facts).encode())
    for path in (*draft.files, draft.folder):
        flush_file(path)
    index.folder.parent.mkdir(exist_ok=True)
    remove_folder(index.folder)  # what a killed build left without its DuckDB file
    draft.folder.rename(index.folder)
    finish_catalog(release, index.folder, {kind: index.list_files(kind) for kind in VIEWS})
    return index
