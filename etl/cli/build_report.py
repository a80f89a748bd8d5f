"""What a build came to, in rows for people and in JSON for programs. Pure: receipts and tables in, rows out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from schemas.codes import REJECTION_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.stages.receipt import Receipt

ROLES: Final = ("listing", "chrome", "blank", "quarantine")


@dataclass(frozen=True)
class Unread:
    """A named file that gave no listings, and why."""

    path: str
    status: str
    reason: str


@dataclass(frozen=True)
class BuildSummary:
    """The numbers of a build."""

    files: int
    unreadable_files: int
    dumps_read: int
    dumps_empty: int
    dumps_rejected: int
    listings: int
    papers: int
    merged_listings: int
    quarantined: int
    bytes_by_role: dict[str, int]
    years_inferred: int
    pages: int
    pages_without_year: int
    contradictory_pages: int
    decisions: int
    decisions_without_paper: int
    lost_decisions: str
    unread: list[Unread]

    def to_json(self) -> dict[str, Any]:
        """Give the numbers as plain data."""
        return asdict(self)


def summarize_build(receipts: Mapping[str, Receipt], unread: list[Unread]) -> BuildSummary:
    """Gather the numbers of a build from the receipts of its stages."""

    def count(stage: str, name: str) -> int:
        return int(receipts[stage].metrics[name])

    return BuildSummary(
        files=count("collect", "inputs"),
        unreadable_files=count("collect", "unreadable"),
        dumps_read=count("extract", "read_dumps"),
        dumps_empty=count("extract", "empty_dumps"),
        dumps_rejected=count("extract", "rejected_dumps"),
        listings=count("extract", "listing_count"),
        papers=count("resolve", "papers"),
        merged_listings=count("resolve", "merged_listings"),
        quarantined=count("extract", "quarantine_count"),
        bytes_by_role={role: count("extract", f"{role}_bytes") for role in ROLES},
        years_inferred=count("resolve", "inferred_years"),
        pages=count("date", "pages"),
        pages_without_year=count("date", "unknown_page_years"),
        contradictory_pages=count("date", "contradictory_pages"),
        decisions=count("identify", "decisions"),
        decisions_without_paper=count("identify", "decisions_without_paper"),
        lost_decisions=str(receipts["identify"].metrics["lost_decisions"]),
        unread=unread,
    )


def find_unread(inputs: pl.DataFrame) -> list[Unread]:
    """List the files and members of archives that gave no listings, by name.

    Columns in: those of the table ``inputs``.
    """
    named = inputs.filter(pl.col("status") != "read").sort("path", "member")
    return [
        Unread(path if member is None else f"{path}/{member}", status, _explain_reason(reason))
        for path, member, status, reason in named.select("path", "member", "status", "reason").iter_rows()
    ]


def list_rows(summary: BuildSummary) -> Iterator[tuple[str, str, str]]:
    """List the summary's rows for people: what, how many, and a remark."""
    skipped = f"{summary.unreadable_files:,} could not be read and were skipped" if summary.unreadable_files else ""
    yield "files", f"{summary.files:,}", skipped
    yield "dumps read", f"{summary.dumps_read:,}", f"{summary.dumps_empty:,} more empty" if summary.dumps_empty else ""
    yield "dumps rejected", f"{summary.dumps_rejected:,}", ""
    yield "listings", f"{summary.listings:,}", ""
    yield "papers", f"{summary.papers:,}", ""
    yield "listings merged", f"{summary.merged_listings:,}", "into the paper of another listing"
    yield "quarantined", f"{summary.quarantined:,}", "see table quarantine" if summary.quarantined else ""
    total = sum(summary.bytes_by_role.values())
    for role, size in summary.bytes_by_role.items():
        yield f"{role} bytes", f"{size:,}", describe_share(size, total)
    yield "years inferred", f"{summary.years_inferred:,}", "for listings that print none"
    unknown = summary.pages_without_year
    yield "pages", f"{summary.pages:,}", f"{unknown:,} of an unknown year" if unknown else ""
    if summary.contradictory_pages:
        yield "contradictions", f"{summary.contradictory_pages:,}", "pages whose dates contradict; see year_evidence"
    if summary.decisions:
        lost = summary.decisions_without_paper
        yield (
            "decisions",
            f"{summary.decisions:,}",
            f"{lost:,} about papers that are in no dump: {summary.lost_decisions}" if lost else "",
        )


def describe_share(part: int, whole: int) -> str:
    """Say how much a part is of the whole; what is there is never said to be nothing.

    >>> describe_share(1, 3), describe_share(0, 3), describe_share(1, 10_000), describe_share(0, 0)
    ('33.3 %', '0 %', 'under 0.1 %', '')
    """
    if not whole:
        return ""
    share = 100 * part / whole
    if 0 < share < 0.1:  # noqa: PLR2004
        return "under 0.1 %"
    return f"{share:.1f} %" if part else "0 %"


def _explain_reason(reason: str | None) -> str:
    if reason in REJECTION_REASONS:
        return f"{reason}, {REJECTION_REASONS[reason]}"
    return reason or "no reason was given"
