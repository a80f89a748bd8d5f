"""Renders docs/quality.md: what can be wrong with a listing or a dump, each code with an example, and the figures."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from quality_examples import HEADER, PROBLEM_PAGES, QUARANTINE_PAGES, REJECTION_PAGES, VOTED_HEADER

from etl.extract.parse import parse_dump
from etl.stages.work_unit import make_unit_tables
from schemas import codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

RESULTS: Final = Path(__file__).resolve().parent.parent / "bench" / "results"
SHOWN_LINE: Final = 72

INTRO: Final = """\
# Quality

This page is made by `make docs` from the code and from the results that the benchmarks wrote.
Nothing is dropped: what could not be read stands in `problems` of its listing, in `quarantine`, or in `dumps.reason`.
Each code below has a page that shows it; the generator reads the page and stops if the code does not come out.
"""

FIGURES: Final = (
    ("Identity and years", "identity.md", "python bench/quality.py"),
    ("Thresholds of identity", "thresholds.md", "python bench/thresholds.py"),
    ("Identity at first contact", "first_contact.md", "python bench/quality.py, in the commit that added the families"),
    ("Extraction under damage", "damage.md", "python bench/mutate.py"),
)


class ExampleBrokenError(Exception):
    """An example that does not show its code, or a code without an example."""


def render_quality() -> str:
    """Render the page."""
    parts = [
        INTRO,
        "## Problems of listings\n\nCodes in `listings.problems`.\n",
        *_render_codes(codes.PROBLEMS, PROBLEM_PAGES),
        "## Reasons of quarantine\n\nCodes in `quarantine.reason`.\n",
        *_render_codes(codes.QUARANTINE_REASONS, QUARANTINE_PAGES),
        "## Reasons of rejected dumps\n\nCodes in `dumps.reason`.\n",
        *_render_codes(codes.REJECTION_REASONS, REJECTION_PAGES),
        *_render_figures(),
    ]
    return "\n".join(parts)


def _render_codes(descriptions: Mapping[str, str], pages: Mapping[str, bytes]) -> Iterator[str]:
    if set(descriptions) != set(pages):
        message = f"codes without an example, or examples without a code: {sorted(set(descriptions) ^ set(pages))}"
        raise ExampleBrokenError(message)
    for code, description in sorted(descriptions.items()):
        sentence = f"{description[0].upper()}{description[1:]}."
        yield f"### `{code}`\n\n{sentence}\n\n{_show_page(pages[code])}\n\n{_show_outcome(code, pages[code])}\n"


def _show_page(raw: bytes) -> str:
    """Show a page without its usual header, long lines cut."""
    text = raw.decode("utf-8", "backslashreplace").removeprefix(VOTED_HEADER).removeprefix(HEADER).rstrip("\n")
    safe = "".join(
        character if character.isprintable() or character == "\n" else repr(character)[1:-1] for character in text
    )
    lines = [line if len(line) <= SHOWN_LINE else f"{line[:SHOWN_LINE]}…" for line in safe.split("\n")]
    return "\n".join(["```text", *lines, "```"])


def _show_outcome(code: str, raw: bytes) -> str:
    """Say what came out of a page; its code must be among it."""
    dump = parse_dump(raw)
    tables = make_unit_tables({dump.dump_id: raw})
    found = _find_codes(tables)
    if code not in found:
        message = f"the example of {code} gives {sorted(found)}"
        raise ExampleBrokenError(message)
    details = tables["quarantine"]["detail"].drop_nulls().to_list()
    counts = f"{tables['cards'].height} listings, {tables['quarantine'].height} spans in quarantine"
    return f"Read as {counts}" + (f"; detail: `{'; '.join(details)}`." if details else ".")


def _find_codes(tables: Mapping[str, pl.DataFrame]) -> set[str]:
    cards = tables["cards"]
    lacks_year = cards["month"].is_not_null() & cards["year"].is_null()
    return {
        *chain.from_iterable(cards["problems"].to_list()),
        *tables["quarantine"]["reason"].to_list(),
        *tables["dumps"]["reason"].to_list(),
        *(["year_unknown"] if lacks_year.any() else []),  # a page by itself has no evidence
    }


def _render_figures() -> Iterator[str]:
    for title, name, command in FIGURES:
        text = (RESULTS / name).read_text("utf-8") if (RESULTS / name).is_file() else "Not measured yet.\n"
        yield f"## {title}\n\nMeasured by `{command}`.\n\n{text}"
