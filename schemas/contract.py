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

from schemas import CONTRACT_VERSION, KEY_RECIPES, OUTSIDE_CONTENT, TABLES
from schemas.columns import list_columns, list_key, list_rules

if TYPE_CHECKING:
    from schemas.columns import Column


def describe_contract() -> dict[str, Any]:
    """Describe version, key recipes, tables, keys, columns, types, nulls, units, codes, checks and the rules' names.

    >>> contract = describe_contract()
    >>> contract["tables"]["links"]["key"]
    ['paper_id', 'position']
    >>> contract["tables"]["links"]["columns"][1]["unit"]
    'links'
    """
    return {
        "contract_version": CONTRACT_VERSION,
        "key_recipes": dict(KEY_RECIPES),
        "tables": {name: describe_table(name) for name in TABLES},
    }


def render_contract() -> str:
    """Render the contract as the frozen file has it: JSON, tables and columns in their published order."""
    return json.dumps(describe_contract(), indent=2, ensure_ascii=False) + "\n"


def describe_table(name: str) -> dict[str, Any]:
    """Describe one table as the contract has it."""
    table = TABLES[name]
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
