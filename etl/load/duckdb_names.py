"""Names in SQL text: identifiers, strings, and files by their very name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from etl.errors import PaperhouseError

if TYPE_CHECKING:
    from pathlib import Path

_PATTERN_SIGNS: Final = frozenset("*[")


class PathUnspeakableError(PaperhouseError):
    """DuckDB has no way to say a path."""

    def __init__(self, path: Path) -> None:
        """Name the path."""
        super().__init__(
            f"DuckDB cannot open {path}, since a folder's name has a question mark, or a backslash beside * or [: "
            "rename that folder"
        )


def quote_name(name: str) -> str:
    """Quote an identifier.

    >>> print(quote_name('a"b'))
    "a""b"
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote a string.

    >>> print(quote_text("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def escape_pattern(path: Path) -> str:
    """Write a path so that DuckDB, which takes every path for a pattern, finds this file and no other.

    Errors: what follows a question mark DuckDB takes for no part of a file's name, and beside a pattern's sign it
            reads a backslash as something else; such a path raises ``PathUnspeakableError``.

    >>> from pathlib import Path
    >>> escape_pattern(Path("/data/a[1]/x.parquet"))
    '/data/a[[]1]/x.parquet'
    """
    text = str(path)
    if "?" in text or ("\\" in text and _PATTERN_SIGNS & set(text)):
        raise PathUnspeakableError(path)
    return "".join(f"[{sign}]" if sign in _PATTERN_SIGNS else sign for sign in text)
