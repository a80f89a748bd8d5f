"""What a report shows of a release one by one: papers to read, and what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

MAX_PAPERS: Final = 9
MAX_RANKED: Final = 10
MAX_EXAMPLES: Final = 6
SHOWN_TEXT: Final = 420
"""Letters of an abstract or a quarantined text that are shown."""
_FETCHED_TEXT: Final = SHOWN_TEXT + 1
"""One more, by which a text that goes on is known."""

Row = dict[str, Any]

_NEWEST: Final = (
    "SELECT paper_id FROM papers ORDER BY first_listed_on DESC NULLS LAST, published_on DESC NULLS LAST, paper_id"
)
_DISCUSSED: Final = "SELECT paper_id FROM papers WHERE comment_count > 0 ORDER BY comment_count DESC, paper_id"


def list_newest(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """List the papers that were first listed last, those of unknown day by their publication day behind them."""
    return read_papers(connection, _list_ids(connection, _NEWEST, MAX_PAPERS))


def list_discussed(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """List the papers with most comments at their latest observation."""
    return read_papers(connection, _list_ids(connection, _DISCUSSED, MAX_RANKED))


def read_papers(connection: duckdb.DuckDBPyConnection, paper_ids: list[str]) -> list[Row]:
    """Read papers in the order of their ids, with the beginning of their abstracts.

    By ids, since DuckDB then skips the parts of the files that hold none of them: texts are nearly all of a table.
    """
    if not paper_ids:
        return []
    query = (
        f"SELECT * EXCLUDE (title, abstract), left(title, {_FETCHED_TEXT}) AS title, "  # noqa: S608 - our own number
        f"left(abstract, {_FETCHED_TEXT}) AS abstract FROM papers WHERE paper_id IN ({', '.join('?' * len(paper_ids))})"
    )
    found = {row["paper_id"]: row for row in fetch_rows(connection, query, paper_ids)}
    return [found[paper_id] for paper_id in paper_ids]


def list_organizations(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """List the organisations with most papers."""
    return fetch_rows(
        connection,
        f"SELECT organization_handle, left(organization_name, {_FETCHED_TEXT}) AS organization_name, paper_count "  # noqa: S608
        f"FROM organizations ORDER BY paper_count DESC, organization_handle LIMIT {MAX_RANKED}",
    )


def list_quarantined(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """List spans that could not be read, with the file they are in: the first of each reason, then the second ones."""
    return fetch_rows(
        connection,
        "SELECT q.dump_id, q.byte_start, q.byte_end, q.reason, q.detail, "  # noqa: S608 - our own numbers
        f"left(q.text, {_FETCHED_TEXT}) AS text, i.path, i.member FROM (SELECT *, row_number() OVER "
        "(PARTITION BY reason ORDER BY dump_id, byte_start) AS number FROM quarantine) AS q "
        "LEFT JOIN (SELECT dump_id, min_by(path, (path, member)) AS path, min_by(member, (path, member)) AS member "
        "FROM inputs GROUP BY dump_id) AS i ON i.dump_id = q.dump_id "
        f"ORDER BY q.number, q.reason, q.dump_id, q.byte_start LIMIT {MAX_EXAMPLES}",
    )


def fetch_rows(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> list[Row]:
    """Run a query and give its rows by column name."""
    found = connection.execute(query, values)
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _list_ids(connection: duckdb.DuckDBPyConnection, query: str, limit: int) -> list[str]:
    return [paper_id for (paper_id,) in connection.execute(f"{query} LIMIT {limit}").fetchall()]
