"""The digest: papers that pages listed for the first time since a day, by day and organisation, to send to people."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from etl.errors import PaperhouseError
from etl.report.highlights import SHOWN_TEXT, fetch_rows
from etl.report.rendering import ENVIRONMENT
from etl.report.words import count_noun, show, tell_people
from schemas.dictionary import escape_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.load.reader import Release

Row = dict[str, Any]

SHOWN_ABSTRACT: Final = 280
NO_ORGANIZATION: Final = "No organisation printed"
_DAYS_BACK: Final = re.compile(r"([0-9]{1,5})d")
_SAFE_URL: Final = re.compile(r"https?://[A-Za-z0-9./_~%#?=&+:@-]+")


class SinceUnreadableError(PaperhouseError):
    """A day that is neither a date nor a number of days."""

    def __init__(self, asked: str) -> None:
        """Name what was asked."""
        super().__init__(
            f"{asked!r} is no day: write it as 2025-10-01, or as 7d for the seven days up to the latest listed day"
        )


class UndatedError(PaperhouseError):
    """Days back from the latest listed day, in a release that has none."""

    def __init__(self) -> None:
        """Say what is missing."""
        super().__init__(
            "no page of this release has a day of which the year is known, so nothing can be counted back from the "
            "latest one: give pages their day with 'paperhouse build --page-on', or name a day"
        )


@dataclass(frozen=True)
class Group:
    """New papers of an organisation on a day."""

    organization: str
    papers: list[Row]


@dataclass(frozen=True)
class Day:
    """New papers of a day, by organisation."""

    day: dt.date
    paper_count: int
    groups: list[Group]


@dataclass(frozen=True)
class Digest:
    """What is new since a day: how much in all, and the papers that are shown."""

    since: dt.date
    until: dt.date | None
    paper_count: int
    day_count: int
    organization_count: int
    days: list[Day]

    @property
    def summary(self) -> str:
        """The digest in one sentence."""
        if not self.paper_count:
            return f"No paper was listed for the first time since {self.since}."
        return (
            f"{count_noun(self.paper_count, 'paper')} listed for the first time from {self.since} to {self.until}, on "
            f"{count_noun(self.day_count, 'day')}, of {count_noun(self.organization_count, 'organisation')}."
        )

    @property
    def rest(self) -> str:
        """What is not shown, as a sentence; empty where all is."""
        left = self.paper_count - sum(len(group.papers) for day in self.days for group in day.groups)
        return f"{count_noun(left, 'paper')} more: ask for them with a later day or a higher limit." if left else ""


def read_digest(release: Release, since: str, *, limit: int) -> Digest:
    """Read what is new since a day: ``2025-10-01``, or ``7d`` for the last seven days of the release's own pages.

    Shows ``limit`` papers, the latest days first, on each those with most comments first; it counts all.

    Errors: ``SinceUnreadableError``, and ``UndatedError`` for days back where no page has a day.
    """
    first = find_since(release, since)
    with release.connect() as connection:
        ((papers, days, organizations, until),) = connection.execute(
            "SELECT count(*), count(DISTINCT first_listed_on), count(DISTINCT organization_handle), "
            "max(first_listed_on) FROM papers WHERE first_listed_on >= ?",
            [first],
        ).fetchall()
        counts = dict(
            connection.execute(
                "SELECT first_listed_on, count(*) FROM papers WHERE first_listed_on >= ? GROUP BY ALL", [first]
            ).fetchall()
        )
        rows = fetch_rows(connection, _PAPERS, [str(first), limit])
    return Digest(first, until, papers, days, organizations, list(_group_days(rows, counts)))


def find_since(release: Release, since: str) -> dt.date:
    """Find the day that is meant, in a release; errors as for :func:`read_digest`."""
    with release.connect() as connection:
        ((latest,),) = connection.execute("SELECT max(last_listed_on) FROM papers").fetchall()
    return find_day(since, latest)


def find_day(since: str, latest: dt.date | None) -> dt.date:
    """Find the day that is meant; days are counted back from the latest listed day, never from today.

    >>> find_day("7d", dt.date(2025, 10, 7)), find_day("2025-01-31", None)
    (datetime.date(2025, 10, 1), datetime.date(2025, 1, 31))
    """
    back = _DAYS_BACK.fullmatch(since)
    try:
        if not back:
            return dt.date.fromisoformat(since)
        if latest is None:
            raise UndatedError
        return latest - dt.timedelta(days=max(int(back[1]) - 1, 0))
    except (ValueError, OverflowError):
        raise SinceUnreadableError(since) from None


def render_markdown(digest: Digest) -> str:
    """Render the digest as Markdown."""
    return "\n".join(_write_markdown(digest))


def render_html(digest: Digest) -> str:
    """Render the digest as an HTML e-mail: styles inside the elements, no scripts, nothing to be fetched."""
    return ENVIRONMENT.get_template("digest.html.j2").render(digest=digest, shown=SHOWN_ABSTRACT)


_PAPERS: Final = f"""
    WITH chosen AS (
        SELECT paper_id FROM papers WHERE first_listed_on >= CAST(? AS DATE)
        ORDER BY first_listed_on DESC, comment_count DESC NULLS LAST, paper_id LIMIT ?
    ), code AS (
        SELECT paper_id, min_by(url, position) AS code_url FROM links WHERE kind = 'code' GROUP BY paper_id
    )
    SELECT
        p.paper_id, p.first_listed_on, p.published_on, p.organization_handle, p.organization_name, p.author_count,
        p.comment_count, left(p.title, {SHOWN_TEXT}) AS title, left(p.abstract, {SHOWN_TEXT}) AS abstract, code_url
    FROM chosen JOIN papers AS p ON p.paper_id = chosen.paper_id LEFT JOIN code ON code.paper_id = chosen.paper_id
    ORDER BY
        p.first_listed_on DESC, p.organization_handle IS NULL, lower(p.organization_handle), p.organization_handle,
        p.comment_count DESC NULLS LAST, p.paper_id
"""  # noqa: S608 - our own number


def _group_days(rows: list[Row], counts: dict[dt.date, int]) -> Iterator[Day]:
    for day, of_day in groupby(rows, key=lambda row: row["first_listed_on"]):
        groups = [
            Group(_name_organization(papers[0]), papers)
            for papers in (list(of_one) for _, of_one in groupby(of_day, key=lambda row: row["organization_handle"]))
        ]
        yield Day(day, counts[day], groups)


def _name_organization(paper: Row) -> str:
    return show(paper["organization_name"] or paper["organization_handle"] or NO_ORGANIZATION, 120)


def _write_markdown(digest: Digest) -> Iterator[str]:
    yield f"# New papers since {digest.since}\n\n{digest.summary}\n"
    for day in digest.days:
        yield f"## {day.day}: {count_noun(day.paper_count, 'new paper')}\n"
        for group in day.groups:
            yield f"### {escape_markdown(group.organization)}\n"
            yield "\n".join(map(_write_paper, group.papers)) + "\n"
    if digest.rest:
        yield f"{digest.rest}\n"


def _write_paper(paper: Row) -> str:
    facts = [tell_people({**paper, "organization_name": None, "organization_handle": None})]
    if paper["comment_count"] is not None:
        facts.append(count_noun(paper["comment_count"], "comment"))
    if is_safe_url(paper["code_url"]):
        facts.append(f"<{paper['code_url']}>")
    lines = [f"- **{escape_markdown(show(paper['title'], SHOWN_TEXT))}** ({', '.join(facts)})"]
    if paper["abstract"]:
        lines.append(f"  {escape_markdown(show(paper['abstract'], SHOWN_ABSTRACT))}")
    return "\\\n".join(lines)


def is_safe_url(url: str | None) -> bool:
    """Tell whether an address can be made a link: of the web, and with no sign that could end the link.

    >>> is_safe_url("https://github.com/a/b"), is_safe_url("javascript:alert(1)"), is_safe_url("https://a.b/>")
    (True, False, False)
    """
    return url is not None and _SAFE_URL.fullmatch(url) is not None


ENVIRONMENT.tests["safe_url"] = is_safe_url
