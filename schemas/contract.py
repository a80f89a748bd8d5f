"""The contract: what others rely on, as plain data that can be frozen in a file and compared.

``tests/schemas/contract.json`` holds the frozen contract. A test fails while it and the models differ;
``python -m schemas.contract > tests/schemas/contract.json`` writes it anew, in the commit that also changes
``CONTRACT_VERSION`` and the changelog. Descriptions are left out: better words change no contract.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Any

from schemas import CONTRACT_VERSION, OUTSIDE_CONTENT, TABLES
from schemas.columns import list_columns, list_key, list_rules

if TYPE_CHECKING:
    from schemas.columns import Column
    from schemas.table import Table


def describe_contract() -> dict[str, Any]:
    """Describe version, tables, keys, columns, types, nullability, units, codes, checks and the rules' names.

    >>> contract = describe_contract()
    >>> contract["tables"]["links"]["key"]
    ['paper_id', 'position']
    >>> contract["tables"]["links"]["columns"][1]["unit"]
    'links'
    """
    return {
        "contract_version": CONTRACT_VERSION,
        "tables": {name: _describe_table(name, table) for name, table in TABLES.items()},
    }


def render_contract() -> str:
    """Render the contract as the frozen file has it: JSON, tables and columns in their published order."""
    return json.dumps(describe_contract(), indent=2, ensure_ascii=False) + "\n"


def _describe_table(name: str, table: type[Table]) -> dict[str, Any]:
    return {
        "key": list_key(table),
        "in_content_id": name not in OUTSIDE_CONTENT,
        "columns": [_describe_column(column) for column in list_columns(table)],
        "rules": list_rules(table),
    }


def _describe_column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type_name,
        "nullable": column.nullable,
        "unit": column.unit,
        "codes": list(column.codes),
        "checks": {name: {limit: _as_json(value) for limit, value in limits.items()} for name, limits in column.checks},
    }


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


if __name__ == "__main__":
    sys.stdout.write(render_contract())
