"""The data dictionary: every table and column in words, as Markdown for people who never see this code.

Each release carries it as ``DICTIONARY.md``, and the docs as ``docs/dictionary.md``.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

from schemas import CONTRACT_VERSION, OUTSIDE_CONTENT, TABLES
from schemas.columns import list_columns, list_key, list_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schemas.columns import Column
    from schemas.table import Table

_PREFACE: Final = """\
# Data dictionary

Contract version {version}.
Every table is a folder of Parquet files, sorted by the table's key.
Unknown is null, never 0 and never an empty text.
A date is a calendar date without time of day or zone; an id is 32 lower-case hexadecimal digits.
The lists of codes are open: a new code is a minor version of the contract, so read codes you do not know with care.
"""

_LIST_MARKS: Final = re.compile(r"^([0-9]*)([-+.)])")
_MARKDOWN_SIGNS: Final = re.compile(r"([\\`*_{}\[\]<>#|~!$&])")


def render_dictionary() -> str:
    """Render all tables: key, columns with type, nullability, unit and description, checks, row rules and codes.

    >>> render_dictionary().splitlines()[0]
    '# Data dictionary'
    """
    contents = "\n".join(f"- [{name}](#{name}): {escape_markdown(_summarize(table))}" for name, table in TABLES.items())
    sections = "\n".join(render_table(name, table) for name, table in TABLES.items())
    return f"{_PREFACE.format(version=CONTRACT_VERSION)}\n{contents}\n\n{sections}"


def render_table(name: str, table: type[Table]) -> str:
    """Render one table as a section."""
    columns = list_columns(table)
    key = ", ".join(quote_code(column) for column in list_key(table))
    outside = "\nNot part of the `content_id`.\n" if name in OUTSIDE_CONTENT else ""
    rows = [_render_column(column) for column in columns]
    parts = [
        f"## {name}\n\n{escape_markdown(inspect.getdoc(table) or '')}\n\nKey: {key}.\n{outside}",
        render_rows(["column", "type", "null", "unit", "description"], rows) + "\n",
        _render_list("Every value meets:", [_render_checks(column) for column in columns if column.checks]),
        _render_list("Every row meets:", [quote_code(rule) for rule in list_rules(table)]),
        *[_render_codes(column) for column in columns if column.codes],
    ]
    return "\n".join(part for part in parts if part)


def escape_markdown(text: str) -> str:
    r"""Make text that Markdown shows as it is, in a paragraph or in a table's cell.

    >>> print(escape_markdown("a|b <i> _c_\n# d"))
    a\|b \<i\> \_c\_ \# d
    >>> print(escape_markdown("1. a"))
    1\. a
    """
    escaped = _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _LIST_MARKS.sub(r"\1\\\2", escaped)


def render_rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render a Markdown table; the cells are Markdown already.

    >>> print(render_rows(["a", "b"], [["1", "2"]]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def quote_code(text: str) -> str:
    r"""Make inline code for a table's cell, whatever signs the text has.

    >>> print(quote_code("a|b"), quote_code("`"))
    `a\|b` `` ` ``
    """
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, gap = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{gap}{text}{gap}{fence}".replace("|", "\\|")


def _summarize(table: type[Table]) -> str:
    return (inspect.getdoc(table) or "").splitlines()[0]


def _render_column(column: Column) -> list[str]:
    return [
        quote_code(column.name),
        quote_code(column.type_name),
        "yes" if column.nullable else "no",
        escape_markdown(column.unit or ""),
        escape_markdown(column.description),
    ]


def _render_checks(column: Column) -> str:
    return f"{quote_code(column.name)}: {', '.join(_render_check(name, limits) for name, limits in column.checks)}"


def _render_check(name: str, limits: Mapping[str, object]) -> str:
    match name, dict(limits):
        case "greater_than_or_equal_to", {"min_value": least}:
            words = f"at least {least}"
        case "in_range", {"min_value": least, "max_value": most}:
            words = f"from {least} to {most}"
        case "str_length", {"min_value": 1, "max_value": None}:
            words = "not empty"
        case "str_length", {"min_value": least, "max_value": None}:
            words = f"at least {least} characters long"
        case "str_length", {"min_value": least, "max_value": most}:
            words = f"{least} to {most} characters long"
        case "str_matches", {"pattern": pattern}:
            words = f"matches {quote_code(str(pattern))}"
        case _:
            words = quote_code(f"{name}({', '.join(f'{limit}={value}' for limit, value in limits.items())})")
    return words


def _render_list(lead: str, entries: Sequence[str]) -> str:
    return "\n".join([lead, "", *(f"- {entry}" for entry in entries), ""]) if entries else ""


def _render_codes(column: Column) -> str:
    rows = [[quote_code(code), escape_markdown(meaning)] for code, meaning in column.codes.items()]
    return f"Codes of {quote_code(column.name)}:\n\n{render_rows(['code', 'meaning'], rows)}\n"
