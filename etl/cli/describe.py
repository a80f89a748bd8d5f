"""``paperhouse describe``: what a release holds, in the words that it carries itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from etl.cli.options import JsonOption, ReleaseOption, WarehouseOption, show_examples
from etl.cli.terminal import find_width, render_table, write_json, write_text

if TYPE_CHECKING:
    from etl.load.reader import Release

EXAMPLES: Final = show_examples("paperhouse describe", "paperhouse describe papers", "paperhouse describe --json")

_UNIT_MARK: Final = " Unit: "
"""The catalog's comments end with it where a column has a unit."""


def describe(
    *,
    table: Annotated[str | None, typer.Argument(metavar="TABLE", help="A table or view, to see its columns.")] = None,
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
    as_json: JsonOption = False,
) -> None:
    """Say what a release holds: tables, views, macros, columns.

    The release's DICTIONARY.md says the same and more, such as the meaning of every code.
    """
    from etl.load.reader import open_release  # noqa: PLC0415 - --help must not wait for duckdb and polars

    opened = open_release(warehouse, release=release)
    contents = read_contents(opened)
    if table is None:
        described: Any = {"release_id": opened.release_id, **contents}
        text = _render_contents(contents)
    else:
        described = _find(contents["tables"], table)
        if described["rows"] is None:
            described["rows"] = count_rows(opened, table)
        text = _render_columns(described)
    if as_json:
        write_json(described)
    else:
        write_text(text)


def read_contents(release: Release) -> dict[str, list[dict[str, Any]]]:
    """Read a release's tables and views with their columns, and its macros.

    A table's rows stand in the manifest; those of a view are not counted, since that can take long.
    """
    published = release.manifest["tables"]
    with release.connect() as connection:
        views = connection.sql(
            "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY view_name"
        ).fetchall()
        columns = connection.sql(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal "
            "ORDER BY table_name, column_index"
        ).fetchall()
        macros = connection.sql(
            "SELECT function_name, parameters, comment FROM duckdb_functions() "
            "WHERE NOT internal AND function_type IN ('macro', 'table_macro') ORDER BY function_name"
        ).fetchall()
    tables = [
        {
            "name": name,
            "kind": "table" if name in published else "view",
            "rows": published[name]["rows"] if name in published else None,
            "description": comment,
            "columns": [_describe_column(*column) for owner, *column in columns if owner == name],
        }
        for name, comment in sorted(views, key=lambda view: (view[0] not in published, view[0]))
    ]
    return {
        "tables": tables,
        "macros": [
            {"name": name, "parameters": parameters, "description": comment} for name, parameters, comment in macros
        ],
    }


def count_rows(release: Release, view: str) -> int:
    """Count the rows of a view of the release."""
    from etl.load.duckdb_names import quote_name  # noqa: PLC0415

    with release.connect() as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM {quote_name(view)}").fetchone() or (0,)  # noqa: S608 - quoted
    return int(rows)


def _describe_column(name: str, data_type: str, comment: str | None) -> dict[str, Any]:
    text, mark, unit = (comment or "").partition(_UNIT_MARK)
    return {"name": name, "type": data_type, "unit": unit.removesuffix(".") if mark else None, "description": text}


def _find(tables: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for table in tables:
        if table["name"] == name:
            return table
    message = f"there is no table or view {name!r}; there are {', '.join(table['name'] for table in tables)}"
    raise typer.BadParameter(message, param_hint="TABLE")


def _render_contents(contents: dict[str, list[dict[str, Any]]]) -> str:
    width = find_width(sys.stdout)
    rows = [
        [table["name"], table["kind"], "" if table["rows"] is None else f"{table['rows']:,}", table["description"]]
        for table in contents["tables"]
    ]
    parts = [render_table(["name", "kind", "rows", "what it holds"], rows, right={2}, width=width, wrap_last=True)]
    if contents["macros"]:
        macros = [
            [f"{macro['name']}({', '.join(macro['parameters'])})", macro["description"]] for macro in contents["macros"]
        ]
        parts.append(render_table(["macro", "what it gives"], macros, width=width, wrap_last=True))
    return "\n\n".join(parts)


def _render_columns(table: dict[str, Any]) -> str:
    rows = [
        [column["name"], column["type"], column["unit"] or "", column["description"]] for column in table["columns"]
    ]
    head = ["column", "type", "unit", "description"]
    return (
        f"{table['name']}: {table['kind']}, rows: {table['rows']:,}\n{table['description']}\n\n"
        f"{render_table(head, rows, width=find_width(sys.stdout), wrap_last=True)}"
    )
