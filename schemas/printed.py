"""Tables that say what the dumps print: inputs, dumps, pages, listings, spans, quarantine."""

from __future__ import annotations

import datetime as dt

import polars as pl

from schemas import codes
from schemas.table import (
    SHA256_PATTERN,
    StringList,
    Table,
    code_column,
    column,
    count_column,
    date_column,
    describe_table,
    id_column,
    is_both_or_neither,
)

MAX_QUARANTINE_TEXT_BYTES = 64 * 1024
PUBLISHED_BETWEEN = (dt.date(1900, 1, 1), dt.date(2199, 12, 31))
"""A publication day outside these is a misprint."""


def _is_trimmed(name: str) -> pl.Expr:
    text = pl.col(name)
    return text.is_null() | ((text != "") & (text == text.str.strip_chars()))


class Inputs(Table):
    """One row per named file or archive member; outside the content_id."""

    path: str = column("Path of the file relative to the input it was found under, escaped where it is no UTF-8.")
    member: str = column("Name of the archive member; null for a plain file.", nullable=True)
    dump_id: str = id_column("The dump that the bytes are; null where they could not be read.", nullable=True)
    status: str = code_column("What became of the file.", codes.INPUT_STATUSES)
    reason: str = column("Why it was not read, in words; null where it was.", nullable=True)
    given_page_on: pl.Date = date_column("The page's day as given by the user.")
    given_by: str = code_column("How that day was given.", codes.GIVEN_BY, nullable=True)

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["path", "member"],
            rules={
                "given_day_says_how": is_both_or_neither("given_page_on", "given_by"),
                "read_input_has_dump": (pl.col("status") == "unreadable") == pl.col("dump_id").is_null(),
            },
        )


class Dumps(Table):
    """One row per distinct dump content."""

    dump_id: str = id_column("First 32 hex digits of the SHA-256 of the raw bytes.")
    byte_count: pl.Int64 = count_column("Size of the raw dump.", "bytes")
    encoding: str = column("Encoding the bytes were read with, e.g. utf-8; null for a rejected dump.", nullable=True)
    status: str = code_column("What became of the dump.", codes.DUMP_STATUSES)
    reason: str = code_column("Why it was rejected; null otherwise.", codes.REJECTION_REASONS, nullable=True)
    page_count: pl.Int32 = count_column("Pages found in the dump.", "pages")
    listing_count: pl.Int32 = count_column("Listings read from the dump.", "listings")
    quarantine_count: pl.Int32 = count_column("Quarantined spans of the dump.", "spans")
    listing_bytes: pl.Int64 = count_column("Bytes that belong to listings.", "bytes")
    chrome_bytes: pl.Int64 = count_column("Bytes that belong to page furniture.", "bytes")
    blank_bytes: pl.Int64 = count_column("Bytes of white space and byte-order marks between the pieces.", "bytes")
    quarantine_bytes: pl.Int64 = count_column("Bytes that stand in quarantine.", "bytes")
    parser_version: pl.Int32 = count_column("Version of the parser that read the dump.", "version", at_least=1)

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id"],
            rules={
                "every_byte_has_one_role": pl.sum_horizontal(
                    "listing_bytes", "chrome_bytes", "blank_bytes", "quarantine_bytes"
                )
                == pl.col("byte_count"),
                "rejection_has_reason": (pl.col("status") == "rejected") == pl.col("reason").is_not_null(),
            },
        )


class Pages(Table):
    """One row per page inside a dump; a dump can hold several."""

    dump_id: str = id_column("The dump.")
    page_number: pl.Int32 = count_column("Number of the page in the dump, from 0.", "pages")
    layout: str = code_column("Name of the layout the page matched.", codes.LAYOUTS)
    header_date_line: str = column("The page's day as printed in its header, e.g. Oct 29.", nullable=True)
    page_on: pl.Date = date_column("The page's day; null where its year is unknown.")
    page_year_basis: str = code_column("Where the year of page_on comes from.", codes.PAGE_YEAR_BASES, nullable=True)
    page_not_before_on: pl.Date = date_column("The page's day is not before this day, by the evidence at hand.")
    page_not_after_on: pl.Date = date_column("The page's day is not after this day, by the evidence at hand.")
    year_evidence: StringList = column("The evidence on the page's year, one readable sentence each.")
    listing_count: pl.Int32 = count_column("Listings read from the page.", "listings")
    quarantine_count: pl.Int32 = count_column("Quarantined spans of the page.", "spans")

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id", "page_number"],
            rules={
                "page_day_says_how": is_both_or_neither("page_on", "page_year_basis"),
                "page_day_within_bounds": (
                    pl.col("page_on").is_null()
                    | (
                        (pl.col("page_not_before_on").fill_null(pl.col("page_on")) <= pl.col("page_on"))
                        & (pl.col("page_on") <= pl.col("page_not_after_on").fill_null(pl.col("page_on")))
                    )
                ),
                "bounds_in_order": (
                    pl.col("page_not_before_on").is_null()
                    | pl.col("page_not_after_on").is_null()
                    | (pl.col("page_not_before_on") <= pl.col("page_not_after_on"))
                ),
            },
        )


class Listings(Table):
    """One row per printed card."""

    dump_id: str = id_column("The dump.")
    position: pl.Int32 = count_column("Order of the card in the dump from 0; a rejected card leaves a gap.", "cards")
    page_number: pl.Int32 = count_column("Number of the page in the dump, from 0.", "pages")
    byte_start: pl.Int64 = count_column(
        "First byte of the card in the raw dump: of its title, or of what its layout prints above that.", "bytes"
    )
    byte_end: pl.Int64 = count_column("First byte after the card's last line in the raw dump.", "bytes")
    paper_id: str = id_column("The paper this card lists.")
    title: str = column("Title as printed, outer white space removed.", str_length={"min_value": 1, "max_value": 2000})
    abstract_sha256: str = column(
        "SHA-256 of the published abstract text's UTF-8; null where no abstract was printed.",
        unit="64 hex digits",
        nullable=True,
        str_matches=SHA256_PATTERN,
    )
    author_count: pl.Int32 = count_column(
        "Authors as printed; null where no author line was.", "authors", nullable=True, at_least=1
    )
    organization_handle: str = column("Handle of the organisation as printed.", nullable=True)
    organization_name: str = column("Name of the organisation as printed.", nullable=True)
    submitted_by: str = column("Who submitted the paper, where the layout prints it.", nullable=True)
    date_line: str = column("Date as printed, without the trailing number, e.g. Sep 17 or Jul 10, 2023.", nullable=True)
    published_on: pl.Date = column(
        "Publication day (US Eastern time); null where it or its year is unknown.",
        unit="calendar date",
        nullable=True,
        in_range={"min_value": PUBLISHED_BETWEEN[0], "max_value": PUBLISHED_BETWEEN[1]},
    )
    published_year_basis: str = code_column(
        "Where the year of published_on comes from.", codes.LISTING_YEAR_BASES, nullable=True
    )
    comment_count: pl.Int32 = count_column(
        "Number printed behind the date: comments on the paper's page; null where none was.", "comments", nullable=True
    )
    upvote_count: pl.Int32 = count_column("Upvotes, where the layout prints them.", "upvotes", nullable=True)
    footer: str = code_column("What the card's footer names.", codes.FOOTERS)
    page_on: pl.Date = date_column("The page's day; null where its year is unknown.")
    problems: StringList = column(
        "Codes of what could not be read or is unsure, sorted.", unit="code", codes=codes.PROBLEMS
    )

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id", "position"],
            rules={
                "bytes_in_order": pl.col("byte_start") < pl.col("byte_end"),
                "title_trimmed": _is_trimmed("title"),
                "title_is_one_line": ~pl.col("title").str.contains("[\n\r]"),
                "date_says_how": is_both_or_neither("published_on", "published_year_basis"),
                "missing_date_has_reason": (
                    pl.col("published_on").is_not_null()
                    | (pl.col("problems").list.set_intersection(pl.lit(list(codes.DATE_PROBLEMS))).list.len() > 0)
                ),
                "missing_abstract_has_reason": (
                    pl.col("abstract_sha256").is_null() == pl.col("problems").list.contains("abstract_missing")
                ),
                "problems_known_sorted": (
                    (pl.col("problems").list.sort().list.unique(maintain_order=True) == pl.col("problems"))
                    & (pl.col("problems").list.set_difference(pl.lit(list(codes.PROBLEMS))).list.len() == 0)
                ),
                "author_line_has_count": (
                    pl.col("author_count").is_not_null()
                    == (
                        pl.col("footer").is_in(["authors", "both"])
                        & ~pl.col("problems").list.contains("author_count_invalid")
                    )
                ),
                "organization_line_has_handle": (
                    pl.col("organization_handle").is_not_null() == pl.col("footer").is_in(["organization", "both"])
                ),
            },
        )


class Spans(Table):
    """One row per stretch of page furniture or white space."""

    dump_id: str = id_column("The dump.")
    byte_start: pl.Int64 = count_column("First byte in the raw dump.", "bytes")
    byte_end: pl.Int64 = count_column("First byte after the span in the raw dump.", "bytes")
    role: str = code_column("Page furniture or white space.", codes.SPAN_ROLES)
    kind: str = code_column("Which piece of page furniture, or which white space.", codes.SPAN_KINDS)

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id", "byte_start"], rules={"bytes_in_order": pl.col("byte_start") < pl.col("byte_end")}
        )


class Quarantine(Table):
    """One row per span that could not be read as a card, or listing that validation rejected."""

    dump_id: str = id_column("The dump.")
    byte_start: pl.Int64 = count_column("First byte in the raw dump.", "bytes")
    byte_end: pl.Int64 = count_column("First byte after the span in the raw dump.", "bytes")
    reason: str = code_column("Why the span was not read.", codes.QUARANTINE_REASONS)
    detail: str = column("What exactly was wrong, in words.", nullable=True)
    text: str = column(
        f"The span, decoded as well as can be, at most {MAX_QUARANTINE_TEXT_BYTES} bytes of UTF-8.", nullable=False
    )
    text_is_truncated: pl.Boolean = column("Whether text is shorter than the span.")
    parser_version: pl.Int32 = count_column("Version of the parser that read the dump.", "version", at_least=1)

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id", "byte_start"],
            rules={
                "bytes_in_order": pl.col("byte_start") < pl.col("byte_end"),
                "text_within_limit": pl.col("text").str.len_bytes() <= MAX_QUARANTINE_TEXT_BYTES,
            },
        )
