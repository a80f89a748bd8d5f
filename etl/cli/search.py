"""``paperhouse search``: papers by words, the best first, each with the piece of text that shows why."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from etl.cli.options import JsonOption, ReleaseOption, WarehouseOption, show_examples
from etl.cli.terminal import say, write_text
from etl.escape import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from etl.search.index import SearchIndex
    from etl.search.questions import Found, Hit

EXAMPLES: Final = show_examples(
    "paperhouse search sparse attention",
    "paperhouse search '\"language model\" quantiz* -video' --limit 5",
    "paperhouse search agents --organization naver-ai --since 30d --json",
    "paperhouse search --build",
)


def search(  # noqa: PLR0913 - the options of one command
    *,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS", help='Words, "phrases", beginnings such as transform*, and -words to leave out.'
        ),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many papers to show.")] = 10,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Only papers first listed then or later: 2025-10-01, or 7d back from the latest."
        ),
    ] = None,
    organization: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="Only papers of this organisation, in any case.")
    ] = None,
    build: Annotated[
        bool, typer.Option("--build", help="Build the index of the release, if there is none, and say where it is.")
    ] = False,
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
    as_json: JsonOption = False,
) -> None:
    """Search titles and abstracts by words, the best papers first.

    A paper must have all of the words; words of the title count three times.
    The first search of a release builds its index, which grows out of the one before; the release stays as it is.
    Quotation marks and the star belong into quotes of the shell; before a word to leave out put --, or quote it all.
    """
    question = " ".join(words or [])
    if not question and not build:
        message = "say what to search for, or add --build to build the index alone"
        raise typer.BadParameter(message, param_hint="WORDS")

    from etl.load.reader import open_release  # noqa: PLC0415 - --help must not wait for duckdb
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415
    from etl.report.digest import find_since  # noqa: PLC0415
    from etl.search.questions import check_question, search_papers  # noqa: PLC0415

    house = find_warehouse(warehouse)
    opened = open_release(house, release=release)
    if question:
        check_question(question)
    index = _open_index(house, opened)
    if not question:
        write_text(f"The index is in {escape_text(str(index.catalog))}")
        return
    first = find_since(opened, since) if since else None
    found = search_papers(index, question, limit=limit, since=first, organization=organization)
    write_text(_render_json(found) if as_json else "\n".join(_render(found, question)))


def _open_index(house: Warehouse, release: Release) -> SearchIndex:
    from etl.cli.progress import SEARCH_STAGES, show_progress  # noqa: PLC0415
    from etl.load.lock import hold_lock  # noqa: PLC0415
    from etl.search.index import build_index, find_index  # noqa: PLC0415

    index = find_index(house, release)
    if index:
        return index
    with show_progress(SEARCH_STAGES) as progress:
        progress.start("index")
        with hold_lock(house, on_wait=lambda holder: say(f"Waiting for {holder or 'a build'} to finish.")) as lock:
            return build_index(house, release, lock=lock, on_papers=progress.advance)


def _render_json(found: Found) -> str:
    papers: list[dict[str, Any]] = [vars(hit) for hit in found.hits]
    return json.dumps({"paper_count": found.count, "papers": papers}, indent=2, ensure_ascii=False, default=str)


def _render(found: Found, question: str) -> Iterator[str]:
    from etl.report.words import count_noun  # noqa: PLC0415

    if not found.hits:
        yield "No paper has all of these words: leave one out, or end one with * to find all words that begin so."
        return
    for number, hit in enumerate(found.hits, start=1):
        yield from _render_hit(number, hit, question)
    left = found.count - len(found.hits)
    yield f"{count_noun(found.count, 'paper')} found" + (f", {left:,} more with a higher --limit." if left else ".")


def _render_hit(number: int, hit: Hit, question: str) -> Iterator[str]:
    from etl.search.questions import cut_snippet  # noqa: PLC0415

    in_color = sys.stdout.isatty()
    title = escape_text(hit.title)
    yield f"{number}. {typer.style(title, bold=True) if in_color else title}"
    facts = [f"score {hit.score:.2f}", hit.organization_handle, hit.published_on and f"published {hit.published_on}"]
    yield f"   {escape_text(' · '.join(str(fact) for fact in [*facts, hit.paper_id] if fact))}"
    if hit.abstract:
        parts = [
            (escape_text(" ".join(part.split("\n"))), is_hit) for part, is_hit in cut_snippet(hit.abstract, question)
        ]
        yield "   " + "".join(_mark(part, in_color=in_color) if is_hit else part for part, is_hit in parts)
    yield ""


def _mark(word: str, *, in_color: bool) -> str:
    return typer.style(word, fg=typer.colors.YELLOW, bold=True) if in_color else f"*{word}*"
