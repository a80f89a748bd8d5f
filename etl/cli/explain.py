"""``paperhouse explain`` and ``paperhouse near-misses``: why a release says what it says."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from pathlib import Path  # noqa: TC003 - typer reads the annotations when the program starts
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from etl.cli.options import JsonOption, ReleaseOption, WarehouseOption, show_examples
from etl.cli.terminal import find_width, render_table, write_json, write_text
from etl.escape import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.explain import PaperExplanation, Piece

PAPER_EXAMPLES: Final = show_examples(
    "paperhouse explain paper 3f2a9c0d1e4b5a69788796a5b4c3d2e1",
    "paperhouse explain paper sparse attention",
)
DUMP_EXAMPLES: Final = show_examples(
    "paperhouse explain dump monday.txt",
    "paperhouse explain dump 7f471b22",
)
NEAR_MISSES_EXAMPLES: Final = show_examples("paperhouse near-misses --limit 50", "paperhouse near-misses --json")

app: Final = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_CONTEXT: Final = 20
"""Letters shown before the place where two values differ."""

_COLORS: Final = {"listing": typer.colors.GREEN, "quarantine": typer.colors.RED, "chrome": typer.colors.CYAN}
_TEXT_INDENT: Final = 4
_LEAST_TEXT: Final = 30
_LONGEST_BLANK: Final = 24
_NO_LIMIT: Final = 10**6

_PAPER_FIELDS: Final = (
    "title", "author_count", "organization_handle", "organization_name", "published_on", "published_year_basis",
    "comment_count", "comment_count_on", "upvote_count", "listing_count", "dump_count", "first_listed_on",
)  # fmt: skip


@app.callback()
def explain() -> None:
    """Explain a paper with its merges, or a dump byte by byte."""


@app.command(epilog=PAPER_EXAMPLES)
def paper(
    *,
    words: Annotated[list[str], typer.Argument(metavar="ID|WORDS", help="A paper's id, or words of its title.")],
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
    as_json: JsonOption = False,
) -> None:
    """Show a paper, each of its listings with its bytes, why they were merged, and which value won in each field."""
    from etl.explain import explain_paper  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.reader import open_release  # noqa: PLC0415

    explanation = explain_paper(open_release(warehouse, release=release), " ".join(words))
    if as_json:
        write_json(explanation._asdict())
    else:
        write_text("\n".join(_render_paper(explanation)))


@app.command(epilog=DUMP_EXAMPLES)
def dump(
    *,
    name: Annotated[str, typer.Argument(metavar="ID|NAME", help="A dump's id, its beginning, or its file's name.")],
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where its bytes are, if not among the inputs any more.")
    ] = None,
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
) -> None:
    """Print a dump with the role of every piece: what was read as what, in colour on a terminal."""
    from etl.explain import explain_dump  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.reader import open_release  # noqa: PLC0415

    row, pieces = explain_dump(open_release(warehouse, release=release), name, file)
    write_text("\n".join(_render_dump(row, pieces, width=find_width(sys.stdout))))


def near_misses(
    *,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many pairs to show.")] = 20,
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
    as_json: JsonOption = False,
) -> None:
    """List papers that are alike and were not merged.

    Each pair is shown with what spoke against one paper.
    Whoever knows better writes a line into the file of decisions and builds again with --decisions.
    """
    from etl.explain import list_near_misses  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.reader import open_release  # noqa: PLC0415

    rows = list_near_misses(open_release(warehouse, release=release), limit=limit)
    if as_json:
        write_json(rows)
    elif rows:
        head = ("reason", "titles", "abstracts", "paper", "other paper")
        cells = [
            (
                row["reason"],
                _permille(row["title_permille"]),
                _permille(row["abstract_permille"]),
                row["title"],
                row["other_title"],
            )
            for row in rows
        ]
        write_text(render_table(head, cells, right={1, 2}, width=find_width(sys.stdout)))
        write_text("\n".join(["", *_tell_reasons({row["reason"] for row in rows})]))
    else:
        write_text("No pair of papers is so alike that it was nearly merged.")


def _tell_reasons(reasons: set[str]) -> Iterator[str]:
    """Say what the reasons mean, and what to do about a pair."""
    from schemas.codes import NEAR_MISS_REASONS  # noqa: PLC0415 - --help must not wait for polars

    yield from (f"{reason}: {NEAR_MISS_REASONS[reason]}" for reason in sorted(reasons))
    yield "A line in the file of decisions overrules this, with ids (--json shows them) or titles: left,right,same,..."


def _permille(score: int | None) -> str:
    return "-" if score is None else f"{score / 10:.1f} %"


def _render_paper(explanation: PaperExplanation) -> Iterator[str]:
    row = explanation.paper
    yield f"paper {row['paper_id']}"
    yield render_table((), [(name, _show(row[name])) for name in _PAPER_FIELDS])
    yield f"\nlistings ({len(explanation.listings)}):"
    yield render_table(
        ("file", "dump", "card", "bytes", "page day", "date line", "why it is this paper"),
        [
            (
                _show(listing["file"]),
                listing["dump_id"][:8],
                str(listing["position"]),
                f"{listing['byte_start']}-{listing['byte_end']}",
                _show(listing["page_on"]),
                _show(listing["date_line"]),
                _tell_merge(listing),
            )
            for listing in explanation.listings
        ],
        right={2},
    )
    if len(explanation.listings) > 1:
        yield "\nhow each field was decided:"
        yield _render_elections(explanation)
    if explanation.variants:
        yield "\nvalues that are not the paper's:"
        cells = [
            (
                variant["field"],
                variant["dump_id"][:8],
                str(variant["position"]),
                variant["reason"],
                _show_difference(variant["value"], row[variant["field"]]),
            )
            for variant in explanation.variants
        ]
        yield render_table(("field", "dump", "card", "reason", "value printed there"), cells, right={2})
    if explanation.near_misses:
        yield f"\nnearly merged with {len(explanation.near_misses)} others; see paperhouse near-misses"


def _render_elections(explanation: PaperExplanation) -> str:
    from etl.explain import tell_elections  # noqa: PLC0415 - --help must not wait for polars

    head = ("field", "same", "other", "none", "decided by", "the paper's value")
    cells = [
        (
            election.field,
            str(election.same),
            str(election.other),
            str(election.silent),
            election.rule,
            _shorten(str(election.value)),
        )
        for election in tell_elections(explanation)
    ]
    return render_table(head, cells, right={1, 2, 3})


def _show_difference(value: str | None, winner: object) -> str:
    """Show a value that lost from shortly before the place where it differs from the one that won."""
    from etl.explain import find_difference  # noqa: PLC0415 - --help must not wait for polars

    if value is None or winner is None:
        return _shorten(value)
    start = max(0, find_difference(value, str(winner)) - _CONTEXT)
    return _shorten(value) if start == 0 else f"…{_shorten(value[start:])}"


def _tell_merge(listing: dict[str, Any]) -> str:
    if listing["is_survivor"] is None:
        return "the only listing"
    if listing["is_survivor"]:
        return "earliest listing, gives the id"
    score = "" if listing["score_permille"] is None else f" {listing['score_permille'] / 10:.1f} %"
    return f"{listing['rule']}{score}, as {listing['matched_dump_id'][:8]} card {listing['matched_position']}"


def _render_dump(row: dict[str, Any], pieces: Sequence[Piece], *, width: int | None) -> Iterator[str]:
    """Show a dump's pieces below each other: the bytes, role and kind of each at the left, its text beside it.

    ``width`` is that of the terminal; without one nothing is coloured or wrapped.
    """
    yield f"dump {row['dump_id']}: {row['byte_count']:,} bytes, {row['encoding'] or 'no text'}, {row['status']}"
    roles = Counter(piece.role for piece in pieces)
    yield ", ".join(f"{count} {role}" for role, count in sorted(roles.items()))
    digits = len(str(row["byte_count"]))
    room = max((width or _NO_LIMIT) - _TEXT_INDENT - 1, _LEAST_TEXT)
    for piece in pieces:
        place = f"{piece.start:>{digits}}-{piece.end:<{digits}}"
        color = _COLORS.get(piece.role)
        label = f"{place} {piece.role:<10} {escape_text(piece.kind)}"
        if piece.role in ("blank", "chrome"):
            shown = _spell(piece.text) if piece.role == "blank" else escape_text(piece.text)
            line = f"{label:<{2 * digits + 31}} {shown}"
            yield typer.style(line, fg=color, dim=piece.role == "blank") if width else line
            continue
        yield typer.style(label, fg=color, bold=True) if width else label
        for text in piece.text.splitlines():
            for line in textwrap.wrap(escape_text(text), room) or [""]:
                yield " " * _TEXT_INDENT + (typer.style(line, fg=color) if width else line)


def _spell(blank: str) -> str:
    """Spell white space out, the end of a long stretch left out."""
    spelled = blank.encode("unicode_escape").decode()
    return spelled if len(spelled) <= _LONGEST_BLANK else f"{spelled[:_LONGEST_BLANK]}..."


def _show(value: object) -> str:
    return "-" if value is None else str(value)


def _shorten(value: str | None) -> str:
    limit = 60
    return "nothing" if value is None else value if len(value) <= limit else f"{value[:limit]}…"
