"""What the tables of a release must say together, as one query each that finds what breaks it.

A query selects offenders: no row means that the invariant holds. What a single row must meet stands in the models; here
is what only several tables can tell: that no byte and no listing was lost, and that every reference leads somewhere.
"""
# ruff: noqa: S608 - the queries are put together from this module's own words alone

from __future__ import annotations

from typing import Final, NamedTuple

from schemas.codes import VARIANT_FIELDS

BY: Final = ("dump_id", "paper_id")
"""Columns by whose values gates can be asked."""


class Gate(NamedTuple):
    """An invariant: its name, what it says, and the query that finds its offenders.

    Where the query has ``{some}``, that is a condition on ``paper_id``: it can be asked of some papers at a time.
    ``by`` is the column, if there is one, by whose values it can be asked: whether rows of one value break it hangs on
    no other rows, in whatever tables these are.
    """

    name: str
    sentence: str
    offenders: str
    by: str | None = None


def _compare(stated: str, counted: str, keys: str, *, missing: str = "0") -> str:
    """Find keys whose stated amount is not the counted one; both queries give the keys and ``amount``.

    What is counted must be stated; what is stated but not counted must be stated as ``missing``.
    """
    return f"""
        SELECT {keys}, stated.amount AS stated, coalesce(counted.amount, {missing}) AS counted
        FROM ({stated}) AS stated FULL JOIN ({counted}) AS counted USING ({keys})
        WHERE stated.amount IS DISTINCT FROM coalesce(counted.amount, {missing})
    """


def _make_count_gate(table: str, column: str, keys: str, counted: str, *, missing: str = "0") -> Gate:
    source = f"SELECT {keys}, {counted} GROUP BY ALL"
    offenders = _compare(f"SELECT {keys}, {column} AS amount FROM {table}", source, keys, missing=missing)
    by = next((name for name in BY if name in keys), None)
    return Gate(f"{table}_{column}", f"{table}.{column} is what the other tables show", offenders, by)


def _make_reference_gate(child: str, parent: str, keys: str, *, where: str = "true", within: str = "true") -> Gate:
    return Gate(
        f"{child}_lead_to_{parent}",
        f"each {keys} of {child} stands in {parent}",
        f"SELECT {keys} FROM (SELECT * FROM {child} WHERE {where}) "
        f"ANTI JOIN (SELECT * FROM {parent} WHERE {within}) USING ({keys})",
        next(name for name in BY if name in keys),
    )


def _find_wrong_variants() -> str:
    """Find fields of listings for which variants do not say what the listing has beside the paper.

    Few listings differ from their paper: hashes of all fields find these, and only they are compared field by field.
    """
    fields = {field: field for field in VARIANT_FIELDS} | {"abstract": "abstract_sha256"}
    listed = ", ".join(fields.values())
    kept = ", ".join(name for name in fields.values() if name != "abstract_sha256")
    golden = listed.replace("abstract_sha256", "sha256(abstract)")
    pairs = ", ".join(f"l.{name} AS own_{field}, p.{name} AS golden_{field}" for field, name in fields.items())
    own = " UNION ALL ".join(
        f"SELECT dump_id, position, '{field}' AS field, own_{field}::VARCHAR AS own, golden_{field}::VARCHAR AS golden "
        f"FROM differing WHERE own_{field} IS DISTINCT FROM golden_{field}"
        for field in fields
    )
    return f"""
        WITH odd AS MATERIALIZED (
            SELECT dump_id, position, paper_id
            FROM (SELECT dump_id, position, paper_id, hash(paper_id, {listed}) AS print FROM listings WHERE {{some}})
            ANTI JOIN (SELECT hash(paper_id, {golden}) AS print FROM papers WHERE {{some}}) USING (print)
        ),
        golden AS MATERIALIZED (
            SELECT paper_id, {kept}, sha256(abstract) AS abstract_sha256
            FROM papers SEMI JOIN odd USING (paper_id) WHERE {{some}}
        ),
        differing AS MATERIALIZED (
            SELECT l.dump_id, l.position, {pairs}
            FROM (FROM (FROM listings WHERE {{some}}) SEMI JOIN odd USING (dump_id, position)) AS l
            JOIN golden AS p USING (paper_id)
        ),
        real AS ({own}),
        said AS (
            SELECT dump_id, position, field, true AS is_said,
                CASE field WHEN 'abstract' THEN sha256(value) ELSE value END AS said
            FROM variants
            WHERE {{some}}
        )
        SELECT dump_id, position, field, own AS listing_has, golden AS paper_has, is_said AS variant_exists, said
        FROM (SELECT *, true AS is_real FROM real) FULL JOIN said USING (dump_id, position, field)
        WHERE is_real IS NULL OR is_said IS NULL OR own IS DISTINCT FROM said
    """


_PIECES: Final = """
    SELECT dump_id, byte_start, byte_end, 'listing' AS role FROM listings
    UNION ALL SELECT dump_id, byte_start, byte_end, role FROM spans
    UNION ALL SELECT dump_id, byte_start, byte_end, 'quarantine' FROM quarantine
"""

_BYTE_GATES: Final = (
    Gate(
        "bytes_tile_dumps",
        "listings, spans and quarantine cover every byte of a dump once",
        f"""
            SELECT dump_id, expected_byte, byte_start AS found_byte, role FROM (
                SELECT *, coalesce(lag(byte_end) OVER (PARTITION BY dump_id ORDER BY byte_start), 0) AS expected_byte
                FROM ({_PIECES})
            ) WHERE byte_start <> expected_byte
            UNION ALL
            SELECT dump_id, byte_count, byte_end, 'end of dump' FROM dumps
            FULL JOIN (SELECT dump_id, max(byte_end) AS byte_end FROM ({_PIECES}) GROUP BY dump_id) USING (dump_id)
            WHERE byte_count IS DISTINCT FROM coalesce(byte_end, 0)
        """,
        "dump_id",
    ),
    Gate(
        "bytes_by_role",
        "the bytes that dumps states for a role are those of its pieces",
        _compare(
            """
                UNPIVOT (
                    SELECT dump_id, listing_bytes AS listing, chrome_bytes AS chrome, blank_bytes AS blank,
                        quarantine_bytes AS quarantine
                    FROM dumps
                ) ON listing, chrome, blank, quarantine INTO NAME role VALUE amount
            """,
            f"SELECT dump_id, role, sum(byte_end - byte_start) AS amount FROM ({_PIECES}) GROUP BY ALL",
            "dump_id, role",
        ),
        "dump_id",
    ),
)

_COUNT_GATES: Final = (
    _make_count_gate("dumps", "listing_count", "dump_id", "count(*) AS amount FROM listings"),
    _make_count_gate("dumps", "page_count", "dump_id", "count(*) AS amount FROM pages"),
    _make_count_gate("dumps", "quarantine_count", "dump_id", "count(*) AS amount FROM quarantine"),
    _make_count_gate("pages", "listing_count", "dump_id, page_number", "count(*) AS amount FROM listings"),
    _make_count_gate("papers", "listing_count", "paper_id", "count(*) AS amount FROM listings"),
    _make_count_gate("papers", "dump_count", "paper_id", "count(DISTINCT dump_id) AS amount FROM listings"),
    _make_count_gate("papers", "first_listed_on", "paper_id", "min(page_on) AS amount FROM listings", missing="NULL"),
    _make_count_gate("papers", "last_listed_on", "paper_id", "max(page_on) AS amount FROM listings", missing="NULL"),
    _make_count_gate(
        "organizations",
        "paper_count",
        "organization_handle",
        "count(*) AS amount FROM papers WHERE organization_handle IS NOT NULL",
    ),
    _make_count_gate(
        "organizations",
        "first_listed_on",
        "organization_handle",
        "min(first_listed_on) AS amount FROM papers WHERE organization_handle IS NOT NULL",
        missing="NULL",
    ),
    _make_count_gate(
        "organizations",
        "last_listed_on",
        "organization_handle",
        "max(last_listed_on) AS amount FROM papers WHERE organization_handle IS NOT NULL",
        missing="NULL",
    ),
)

_REFERENCE_GATES: Final = (
    _make_reference_gate("pages", "dumps", "dump_id"),
    _make_reference_gate("inputs", "dumps", "dump_id", where="dump_id IS NOT NULL"),
    _make_reference_gate("dumps", "inputs", "dump_id"),
    _make_reference_gate("listings", "pages", "dump_id, page_number"),
    _make_reference_gate("listings", "papers", "paper_id"),
    _make_reference_gate("links", "papers", "paper_id"),
    _make_reference_gate("merges", "listings", "dump_id, position, paper_id"),
    _make_reference_gate("variants", "listings", "dump_id, position, paper_id"),
    _make_reference_gate("aliases", "listings", "dump_id, position, paper_id"),
    _make_reference_gate("papers", "aliases", "paper_id", within="alias_id = paper_id"),
)

_OTHER_LISTINGS: Final = """
    SELECT dump_id AS other_dump_id, position AS other_position, paper_id AS other_paper_id FROM listings
"""

_MERGED: Final = """
    FROM (SELECT paper_id FROM listings WHERE {some})
    SEMI JOIN (SELECT paper_id FROM papers WHERE listing_count > 1 AND {some}) USING (paper_id)
"""

_RESOLUTION_GATES: Final = (
    Gate(
        "listings_page_on",
        "a listing has its page's day",
        """
            SELECT l.dump_id, l.position, l.page_on, p.page_on AS page_has
            FROM listings AS l JOIN pages AS p USING (dump_id, page_number)
            WHERE l.page_on IS DISTINCT FROM p.page_on
        """,
        "dump_id",
    ),
    _make_reference_gate("near_misses", "listings", "dump_id, position, paper_id"),
    Gate(
        "near_misses_lead_to_other_listings",
        "the other listing of a near miss is there and lists the other paper",
        f"""
            SELECT other_dump_id, other_position, other_paper_id
            FROM near_misses ANTI JOIN ({_OTHER_LISTINGS}) USING (other_dump_id, other_position, other_paper_id)
        """,
    ),
    Gate(
        "merges_are_complete",
        "merges has exactly the listings of the papers with more than one, and one survivor for each paper",
        _compare(
            "SELECT paper_id, count(*) AS amount, count(*) FILTER (is_survivor) AS survivors "
            "FROM merges WHERE {some} GROUP BY ALL",
            f"SELECT paper_id, count(*) AS amount {_MERGED} GROUP BY ALL",
            "paper_id",
        )
        + " OR survivors <> 1",
        "paper_id",
    ),
    Gate(
        "merges_match_within_the_paper",
        "a merged listing matches another listing of its paper",
        """
            SELECT m.dump_id, m.position, m.paper_id, m.matched_dump_id, m.matched_position
            FROM merges AS m
            LEFT JOIN merges AS o
                ON o.dump_id = m.matched_dump_id AND o.position = m.matched_position AND o.paper_id = m.paper_id
            WHERE NOT m.is_survivor
                AND (o.paper_id IS NULL OR (o.dump_id = m.dump_id AND o.position = m.position))
        """,
        "paper_id",
    ),
    Gate(
        "variants_rebuild_listings",
        "variants has a row for exactly the fields in which a listing differs from its paper, with the listing's value",
        _find_wrong_variants(),
        "paper_id",
    ),
)

GATES: Final = (*_BYTE_GATES, *_COUNT_GATES, *_REFERENCE_GATES, *_RESOLUTION_GATES)
