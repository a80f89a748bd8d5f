"""Tables that say what the listings mean together: papers, merges, variants, aliases, links, organizations."""

from __future__ import annotations

import polars as pl

from schemas import codes
from schemas.table import (
    Table,
    code_column,
    column,
    count_column,
    date_column,
    describe_table,
    id_column,
    is_both_or_neither,
)


class Papers(Table):
    """One row per distinct paper: the golden record of its listings."""

    paper_id: str = id_column("Candidate id of the paper's earliest listing; older ids resolve through aliases.")
    title: str = column("Title as most listings print it.", str_length={"min_value": 1})
    abstract: str = column(
        "Abstract as most listings print it, paragraphs separated by one blank line; null where none was printed.",
        nullable=True,
        str_length={"min_value": 1},
    )
    author_count: pl.Int32 = count_column(
        "Authors; null where no listing prints them.", "authors", nullable=True, at_least=1
    )
    organization_handle: str = column("Handle of the organisation.", nullable=True)
    organization_name: str = column("Name of the organisation.", nullable=True)
    submitted_by: str = column("Who submitted the paper.", nullable=True)
    published_on: pl.Date = date_column("Publication day (US Eastern time); null where unknown.")
    published_year_basis: str = code_column(
        "Where the year of published_on comes from; printed wins over given, given over inferred.",
        codes.LISTING_YEAR_BASES,
        nullable=True,
    )
    comment_count: pl.Int32 = count_column("Comments at the latest observation.", "comments", nullable=True)
    comment_count_on: pl.Date = date_column("Day of that observation; null where that page is undated.")
    upvote_count: pl.Int32 = count_column("Upvotes at the latest observation.", "upvotes", nullable=True)
    listing_count: pl.Int32 = count_column("Listings of the paper.", "listings", at_least=1)
    dump_count: pl.Int32 = count_column("Dumps that list the paper.", "dumps", at_least=1)
    first_listed_on: pl.Date = date_column("Earliest dated page that lists the paper.")
    last_listed_on: pl.Date = date_column("Latest dated page that lists the paper.")

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["paper_id"],
            rules={
                "date_says_how": is_both_or_neither("published_on", "published_year_basis"),
                "observation_day_has_count": pl.col("comment_count").is_not_null()
                | pl.col("comment_count_on").is_null(),
                "name_has_handle": pl.col("organization_handle").is_not_null() | pl.col("organization_name").is_null(),
                "no_more_dumps_than_listings": pl.col("dump_count") <= pl.col("listing_count"),
                "listed_days_in_order": (
                    is_both_or_neither("first_listed_on", "last_listed_on")
                    & (pl.col("first_listed_on").is_null() | (pl.col("first_listed_on") <= pl.col("last_listed_on")))
                ),
            },
        )


class Merges(Table):
    """One row per listing of a paper that has more than one."""

    dump_id: str = id_column("The listing's dump.")
    position: pl.Int32 = count_column("The listing's position in it.", "cards")
    paper_id: str = id_column("The paper.")
    is_survivor: pl.Boolean = column("Whether this is the listing that gave the paper its id.")
    rule: str = code_column(
        "Why the listing belongs to the paper; null for the survivor.", codes.MERGE_RULES, nullable=True
    )
    score_permille: pl.Int32 = column(
        "Likeness of the abstracts of the two listings; null for the survivor, and where one has none.",
        unit="permille",
        nullable=True,
        in_range={"min_value": 0, "max_value": 1000},
    )
    matched_dump_id: str = id_column("Dump of the listing it matches best; null for the survivor.", nullable=True)
    matched_position: pl.Int32 = count_column(
        "Position of that listing; null for the survivor.", "cards", nullable=True
    )

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id", "position"],
            rules={
                "only_survivor_has_no_rule": pl.col("is_survivor") == pl.col("rule").is_null(),
                "rule_has_match": is_both_or_neither("rule", "matched_dump_id")
                & is_both_or_neither("rule", "matched_position"),
            },
        )


class NearMisses(Table):
    """One row per pair of candidates that are alike and were not merged, each shown by its first listing."""

    dump_id: str = id_column("The one listing's dump.")
    position: pl.Int32 = count_column("The one listing's position in it.", "cards")
    paper_id: str = id_column("The one listing's paper.")
    other_dump_id: str = id_column("The other listing's dump.")
    other_position: pl.Int32 = count_column("The other listing's position in it.", "cards")
    other_paper_id: str = id_column("The other listing's paper.")
    reason: str = code_column("What spoke against one paper.", codes.NEAR_MISS_REASONS)
    title_permille: pl.Int32 = column(
        "Likeness of the folded titles.", unit="permille", in_range={"min_value": 0, "max_value": 1000}
    )
    abstract_permille: pl.Int32 = column(
        "Likeness of the folded abstracts; null where one has none.",
        unit="permille",
        nullable=True,
        in_range={"min_value": 0, "max_value": 1000},
    )

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id", "position", "other_dump_id", "other_position"],
            rules={"two_papers": pl.col("paper_id") != pl.col("other_paper_id")},
        )


class Variants(Table):
    """One row per field whose value in a listing differs from the paper's."""

    dump_id: str = id_column("The listing's dump.")
    position: pl.Int32 = count_column("The listing's position in it.", "cards")
    paper_id: str = id_column("The paper.")
    field: str = code_column("The field of papers.", codes.VARIANT_FIELDS)
    value: str = column("The listing's own value as text; null when nothing was printed.", nullable=True)
    reason: str = code_column("Why it is not the paper's value.", codes.VARIANT_REASONS)

    class Config(Table.Config):
        """Key and rules."""

        metadata = describe_table(
            key=["dump_id", "position", "field"],
            rules={"only_filled_is_null": (pl.col("reason") == "filled") == pl.col("value").is_null()},
        )


class Aliases(Table):
    """One row per id that can name a paper."""

    alias_id: str = id_column("Candidate id: a function of a listing's title key and abstract key alone.")
    paper_id: str = id_column("The paper it names in this release.")
    dump_id: str = id_column("Dump of the earliest listing with this candidate id.")
    position: pl.Int32 = count_column("Position of that listing.", "cards")

    class Config(Table.Config):
        """Key."""

        metadata = describe_table(key=["alias_id"])


class Links(Table):
    """One row per URL in an abstract."""

    paper_id: str = id_column("The paper.")
    position: pl.Int32 = count_column("Order of the URL in the abstract, from 0.", "links")
    url: str = column("The URL as printed, without punctuation that closes the sentence around it.")
    host: str = column("Host name in lower case, without www.")
    kind: str = code_column("What the URL most likely leads to, by its host and path.", codes.LINK_KINDS)

    class Config(Table.Config):
        """Key."""

        metadata = describe_table(key=["paper_id", "position"])


class Organizations(Table):
    """One row per organisation handle."""

    organization_handle: str = column("Handle as printed.", str_length={"min_value": 1})
    organization_name: str = column("Name that most papers of the handle have.", nullable=True)
    paper_count: pl.Int32 = count_column("Papers of the organisation.", "papers", at_least=1)
    first_listed_on: pl.Date = date_column("Earliest dated page that lists one of them.")
    last_listed_on: pl.Date = date_column("Latest dated page that lists one of them.")

    class Config(Table.Config):
        """Key."""

        metadata = describe_table(key=["organization_handle"])
