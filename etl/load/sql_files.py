"""The SQL of ``warehouse/``: views and macros that every release's DuckDB file has besides its tables.

Each file holds one statement under a comment, from which its documentation is made::

    -- What a row is, in one sentence or more.
    --
    -- Columns as in: listings
    -- Columns:
    --   listing_count: Listings on that day.
    -- Example: SELECT * FROM daily;

``Columns`` describes each column of a view; those it leaves out have the meaning of the table's column of the same
name. A macro has no columns of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import etl.version
from etl.errors import PaperhouseError

_PACKAGE: Final = Path(etl.version.__file__).resolve().parent
_COLUMN: Final = re.compile(r"(?P<name>[a-z][a-z0-9_]*): (?P<text>.+)")


class SqlFolderMissingError(PaperhouseError):
    """The installed package has lost its SQL."""

    def __init__(self, places: list[Path]) -> None:
        """Name the places where it should be."""
        super().__init__(f"the SQL of the views is in none of {', '.join(map(str, places))}: install the package again")


class SqlCommentError(PaperhouseError):
    """A file's comment does not have the form that documentation is made from."""

    def __init__(self, path: Path, problem: str) -> None:
        """Name the file and what is wrong."""
        super().__init__(f"{path}: {problem}; etl/load/sql_files.py says how the comment must look")


@dataclass(frozen=True)
class SqlFile:
    """One view or macro."""

    name: str
    is_macro: bool
    description: str
    columns: dict[str, str]
    columns_as_in: str | None
    example: str
    text: str
    """The whole file, comment and statement."""


def sql_folder() -> Path:
    """Find the folder of ``views``, ``macros`` and ``search``: ``warehouse/`` in a clone, inside ``etl`` in a wheel.

    Errors: ``SqlFolderMissingError`` where neither is there.
    """
    places = [_PACKAGE / "_warehouse", _PACKAGE.parent / "warehouse"]
    for place in places:
        if (place / "views").is_dir() and (place / "macros").is_dir():
            return place
    raise SqlFolderMissingError(places)


def list_sql_files() -> list[SqlFile]:
    """Read all views, then all macros, by name.

    Errors: a comment that lacks the description or the example raises ``SqlCommentError``.
    """
    folder = sql_folder()
    paths = [path for kind in ("views", "macros") for path in sorted((folder / kind).glob("*.sql"))]
    return [read_sql_file(path) for path in paths]


def list_search_files() -> list[SqlFile]:
    """Read the macros of the search, those that others use first; a release's own catalog has none of them."""
    return [read_sql_file(sql_folder() / "search" / f"{name}.sql") for name in ("search_words", "search_papers")]


def read_sql_file(path: Path) -> SqlFile:
    """Read one file and its comment; errors as for :func:`list_sql_files`."""
    text = path.read_text(encoding="utf-8")
    comment = [line[2:].removeprefix(" ") for line in _take_comment(text)]
    description, columns, columns_as_in, example = _read_comment(path, comment)
    return SqlFile(
        name=path.stem,
        is_macro=path.parent.name != "views",
        description=description,
        columns=columns,
        columns_as_in=columns_as_in,
        example=example,
        text=text,
    )


def _take_comment(text: str) -> list[str]:
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return lines[:end]


def _read_comment(path: Path, comment: list[str]) -> tuple[str, dict[str, str], str | None, str]:
    description: list[str] = []
    columns: dict[str, str] = {}
    columns_as_in = None
    example: list[str] = []
    for line in comment:
        if example or line.startswith("Example: "):
            example.append(line.removeprefix("Example: "))
        elif line.startswith("Columns as in: "):
            columns_as_in = line.removeprefix("Columns as in: ")
        elif line.startswith("  "):
            column = _COLUMN.fullmatch(line.strip())
            if not column:
                raise SqlCommentError(path, f"{line.strip()!r} is not 'column: what it says'")
            columns[column["name"]] = column["text"]
        elif line not in {"", "Columns:"}:
            description.append(line)
    if not description or not example:
        raise SqlCommentError(path, "the comment lacks a description or an example")
    return " ".join(description), columns, columns_as_in, "\n".join(example)
