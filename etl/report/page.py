"""The report: what came in, what became of it, what is in it, how good it is, and how to ask it; in one file."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from etl.load.memory import USUAL_MEMORY, ask_in_little_memory
from etl.load.sql_files import list_sql_files
from etl.patterns import MONTH_NAMES
from etl.report.facts import VIEWS, Facts, count_facts, open_views
from etl.report.highlights import list_discussed, list_newest, list_organizations, list_quarantined
from etl.report.pictures import draw_pictures
from etl.report.plots import render_svg
from etl.report.rendering import ENVIRONMENT
from etl.report.words import count_noun, show, show_number, show_share
from schemas import TABLES, codes
from schemas.columns import list_columns, list_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from etl.load.reader import Release

Row = dict[str, Any]


LITTLE_MEMORY: Final = ("256MB", USUAL_MEMORY)
"""What the report's questions may take before they go to the disk; they get more only where that will not do."""


def render_report(release: Release, _: Release | None = None) -> str:
    """Render the report of a release: a function of its tables, also while the release is in the making."""
    facts, shown = ask_in_little_memory(partial(_gather, release), *LITTLE_MEMORY)
    source, _name, _is_current = ENVIRONMENT.loader.get_source(ENVIRONMENT, "report.css")  # type: ignore[union-attr]
    return ENVIRONMENT.get_template("report.html.j2").render(
        css=Markup(source),  # noqa: S704 - our own file
        head=_tell_head(facts),
        tiles=_list_tiles(facts),
        pictures={
            name: {
                "title": picture.title,
                "caption": picture.caption,
                "svg": Markup(render_svg(picture.figure, f"{picture.title}: {picture.alt}")),  # noqa: S704 - our own
            }
            for name, picture in draw_pictures(facts).items()
        },
        year_bases=_list_shares(facts.measures["listings by year basis"], facts.rows["listings"], _BASES),
        problems=_list_shares(facts.measures["listings by problem"], facts.rows["listings"], codes.PROBLEMS),
        nulls=_list_shares(facts.nulls, facts.rows["papers"], {}),
        tables=_list_tables(facts),
        views=list_sql_files(),
        **{name: release.manifest[name] for name in _NAMES},
        **shown,
    )


def _gather(release: Release, memory_limit: str) -> tuple[Facts, dict[str, list[Row]]]:
    """Ask a release all that the report tells: numbers, and rows that are shown."""
    with open_views(release, *VIEWS, memory_limit=memory_limit) as connection:
        facts = count_facts(connection, release)
        return facts, {
            "newest": list_newest(connection),
            "discussed": list_discussed(connection),
            "organizations": _list_organizations(list_organizations(connection), facts.rows["papers"]),
            "quarantined": [_describe_span(span) for span in list_quarantined(connection)],
        }


_NAMES: Final = ("release_id", "content_id", "contract_version", "package_version", "parser_version")
_BASES: Final = {**codes.LISTING_YEAR_BASES, "unknown": "no evidence is strong enough, so the day is null"}


def _tell_head(facts: Facts) -> dict[str, str]:
    span = (
        "None of the pages has a day of which the year is known."
        if facts.first_page_on is None
        else f"The pages are of {_tell_day(facts.first_page_on)} to {_tell_day(facts.last_page_on)}."
    )
    undated = f"For {count_noun(facts.undated_listings, 'listing')} the year of the page is unknown: shown in none."
    quarantined = facts.measures["bytes by role"].get("quarantine", 0)
    return {
        "papers": count_noun(facts.rows["papers"], "paper"),
        "listings": count_noun(facts.rows["listings"], "listing"),
        "dumps": count_noun(facts.rows["dumps"], "dump"),
        "lede": f"{span} What is not printed is null here, and a year that was inferred says so.",
        "inputs": _tell_inputs(facts),
        "dated": f"Days are those that the pages print. {undated if facts.undated_listings else ''}",
        "quarantine": f"{count_noun(facts.rows['quarantine'], 'span')} of {count_noun(quarantined, 'byte')} could not "
        "be read as listings and were set aside.",
    }


def _tell_inputs(facts: Facts) -> str:
    files = facts.measures["files by status"]
    copies = sum(count for status, count in files.items() if status != "unreadable") - facts.rows["dumps"]
    told = [
        f"{count_noun(sum(files.values()), 'file')} came in",
        *([f"{show_number(copies)} with the bytes of another"] if copies > 0 else []),
        *(f"{show_number(files[status])} {status}" for status in ("rejected", "unreadable") if files.get(status)),
    ]
    return f"{', '.join(told)}."


def _tell_day(day: dt.date | None) -> str:
    return "-" if day is None else f"{day.day} {MONTH_NAMES[day.month - 1].title()} {day.year}"


def _list_tiles(facts: Facts) -> list[Row]:
    years = facts.measures["listings by year basis"]
    quarantined = facts.measures["bytes by role"].get("quarantine", 0)
    return [
        {"label": "papers", "value": show_number(facts.rows["papers"])},
        {"label": "listings", "value": show_number(facts.rows["listings"])},
        {"label": "listings merged into the paper of another", "value": show_number(sum(facts.merges.values()))},
        {"label": "near misses, to be looked at", "value": show_number(facts.rows["near_misses"])},
        {"label": "years inferred, each with its evidence", "value": show_number(years.get("inferred", 0))},
        {"label": "of the bytes in quarantine", "value": show_share(quarantined, facts.byte_count)},
    ]


def _list_shares(amounts: Mapping[str, int], whole: int, meanings: Mapping[str, str]) -> list[Row]:
    ordered = sorted(amounts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {
            "name": name,
            "amount": amount,
            "share": show_share(amount, whole),
            "width": f"{100 * amount / max(whole, 1):.2f}",
            "meaning": meanings.get(name, ""),
        }
        for name, amount in ordered
    ]


def _list_organizations(organizations: list[Row], papers: int) -> list[Row]:
    amounts = {show(row["organization_handle"], 60): row["paper_count"] for row in organizations}
    names = {show(row["organization_handle"], 60): show(row["organization_name"] or "-", 80) for row in organizations}
    shares = _list_shares(amounts, papers, names)
    most = max(amounts.values(), default=1)
    return [{**row, "width": f"{100 * row['amount'] / most:.2f}"} for row in shares]


def _describe_span(span: Row) -> Row:
    member = f" in {span['member']}" if span["member"] else ""
    return {
        **span,
        "meaning": codes.QUARANTINE_REASONS.get(span["reason"], "a reason newer than this page"),
        "place": f"{span['path'] or span['dump_id']}{member}",
    }


def _list_tables(facts: Facts) -> list[Row]:
    return [
        {
            "name": name,
            "summary": (inspect.getdoc(table) or "").splitlines()[0],
            "rows": facts.rows[name],
            "key": list_key(table),
            "columns": list_columns(table),
        }
        for name, table in TABLES.items()
    ]
