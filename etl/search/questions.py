"""Questions to a search index: what may be asked, the papers found, and the piece of text that shows why."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb

from etl.errors import PaperhouseError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from etl.search.index import SearchIndex

MAX_ITEMS: Final = 32
MIN_OPEN_LETTERS: Final = 2
SNIPPET_WORDS: Final = 36

_PIECE: Final = re.compile(r'-?"[^"]*"\*?|[^\s"]+')
_WORD: Final = re.compile(r"[^\W_]+")


class QuestionUnclearError(PaperhouseError):
    """Words that cannot be searched for."""

    def __init__(self, problem: str) -> None:
        """Say what is wrong, and how to ask."""
        super().__init__(f'{problem}: search for words, "phrases", beginnings such as transform*, and not for -words')


@dataclass(frozen=True)
class Hit:
    """A paper that was found, how well it fits, and a piece of its abstract."""

    score: float
    paper_id: str
    title: str
    organization_handle: str | None
    published_on: dt.date | None
    first_listed_on: dt.date | None
    abstract: str | None


@dataclass(frozen=True)
class Found:
    """How many papers were found, and the best of them."""

    count: int
    hits: list[Hit]


def check_question(question: str) -> None:
    """Make sure that a question can be answered.

    Errors: ``QuestionUnclearError`` for a phrase without an end, a question without a word or with too many, one that
            only excludes, and a beginning of too few letters.

    >>> check_question('sparse "language model" atten* -video')
    """
    problem = _find_problem(question)
    if problem:
        raise QuestionUnclearError(problem)


def search_papers(
    index: SearchIndex,
    question: str,
    *,
    limit: int,
    since: dt.date | None = None,
    organization: str | None = None,
) -> Found:
    """Find papers by words, the best first; ``since`` and ``organization`` narrow, and do not change scores.

    Errors: as for :func:`check_question`.
    """
    check_question(question)
    values: dict[str, object] = {"question": question, "best": limit, "since": since, "organization": organization}
    named = {name: value for name, value in values.items() if value is not None}
    options = ", ".join(f"{name} := ${name}" for name in named if name != "question")
    with _open(index) as connection:
        found = connection.execute(
            "SELECT paper_number, found_count, score, paper_id, title, organization_handle, published_on, "  # noqa: S608 - our own names
            f"first_listed_on FROM search_papers($question, {options}) ORDER BY score DESC, paper_id LIMIT $best",
            named,
        ).fetchall()
        # Only of the papers that are shown: abstracts of all that were found take long to read.
        abstracts = _read_abstracts(connection, [number for number, *_ in found])
    hits = [Hit(*(*facts, abstracts[number])) for number, _, *facts in found]
    return Found(found[0][1] if found else 0, hits)


def cut_snippet(text: str, question: str) -> list[tuple[str, bool]]:
    """Cut the piece of a text that has most of the words asked for; tells of each part whether it is one of them.

    >>> cut_snippet("We train sparse models.", "sparse")
    [('We train ', False), ('sparse', True), (' models.', False)]
    """
    words, beginnings = _list_wanted(question)
    places = [(match.start(), match.end(), _is_wanted(match[0], words, beginnings)) for match in _WORD.finditer(text)]
    best = max(
        range(max(len(places) - SNIPPET_WORDS, 0) + 1),
        key=lambda start: (
            len({_fold(text[a:b]) for a, b, hit in places[start : start + SNIPPET_WORDS] if hit}),
            -start,
        ),
    )
    shown = places[best : best + SNIPPET_WORDS]
    start = shown[0][0] if best else 0
    end = len(text) if best + SNIPPET_WORDS >= len(places) else shown[-1][1]
    parts, reached = ([("… ", False)] if best else []), start
    for begin, stop, is_hit in shown:
        if is_hit:
            parts += [(text[reached:begin], False)] if begin > reached else []
            parts.append((text[begin:stop], True))
            reached = stop
    parts += [(text[reached:end], False)] if end > reached else []
    return [*parts, (" …", False)] if end < len(text) else parts


def split_words(text: str) -> list[str]:
    """Split a text into words as the index does.

    >>> split_words("Schrödinger's GPT-4")
    ['schrodinger', 's', 'gpt', '4']
    """
    return _WORD.findall(_fold(text))


def _find_problem(question: str) -> str | None:
    pieces = [piece for piece in _PIECE.findall(question) if split_words(piece)]
    if question.count('"') % 2:
        return "a phrase begins with a quotation mark and does not end"
    if not pieces:
        return "there is no word in the question"
    if len(pieces) > MAX_ITEMS:
        return f"there are {len(pieces)} words and phrases, more than {MAX_ITEMS}"
    if all(piece.startswith("-") for piece in pieces):
        return "the question says only what must be missing"
    open_ones = [piece for piece in pieces if piece.endswith("*")]
    short = next((piece for piece in open_ones if len(split_words(piece)[-1]) < MIN_OPEN_LETTERS), None)
    return f"{short!r} begins too many words" if short else None


@contextlib.contextmanager
def _open(index: SearchIndex) -> Iterator[duckdb.DuckDBPyConnection]:
    with contextlib.closing(duckdb.connect(index.catalog, read_only=True)) as connection:
        yield connection


def _read_abstracts(connection: duckdb.DuckDBPyConnection, numbers: list[int]) -> dict[int, str | None]:
    """Read the abstracts of some papers, by their numbers in the index."""
    if not numbers:
        return {}
    listed = ", ".join(map(str, numbers))
    query = f"SELECT paper_number, abstract FROM search_abstracts WHERE paper_number IN ({listed})"  # noqa: S608 - numbers
    return dict(connection.execute(query).fetchall())


def _list_wanted(question: str) -> tuple[set[str], tuple[str, ...]]:
    """List the words and the beginnings of words that a hit can have; what must be missing is none of them."""
    words: set[str] = set()
    beginnings: list[str] = []
    for piece in _PIECE.findall(question):
        found = split_words(piece)
        if found and not piece.startswith("-"):
            beginnings += [found[-1]] if piece.endswith("*") else []
            words.update(found[:-1] if piece.endswith("*") else found)
    return words, tuple(beginnings)


def _is_wanted(word: str, words: set[str], beginnings: tuple[str, ...]) -> bool:
    folded = _fold(word)
    return folded in words or folded.startswith(beginnings)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
