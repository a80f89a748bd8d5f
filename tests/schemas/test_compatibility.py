from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from schemas.compatibility import Level, compare_contracts
from schemas.contract import describe_contract

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[dict[str, Any]], object]


def find_column(contract: dict[str, Any], table: str, name: str) -> dict[str, Any]:
    return next(column for column in contract["tables"][table]["columns"] if column["name"] == name)


def swap_columns(contract: dict[str, Any]) -> None:
    columns = contract["tables"]["links"]["columns"]
    columns[0], columns[1] = columns[1], columns[0]


CHANGES: dict[str, tuple[Level, Change]] = {
    "table links is gone": (Level.MAJOR, lambda c: c["tables"].pop("links")),
    "column links.host is gone": (Level.MAJOR, lambda c: c["tables"]["links"]["columns"].pop(3)),
    "the type of column links.position changed from int32 to int64": (
        Level.MAJOR,
        lambda c: find_column(c, "links", "position").update(type="int64"),
    ),
    "the unit of column links.position changed from links to pages": (
        Level.MAJOR,
        lambda c: find_column(c, "links", "position").update(unit="pages"),
    ),
    "column links.url may now be null": (
        Level.MAJOR,
        lambda c: find_column(c, "links", "url").update(nullable=True),
    ),
    "column papers.abstract may no longer be null": (
        Level.MINOR,
        lambda c: find_column(c, "papers", "abstract").update(nullable=False),
    ),
    "the key of table links changed from paper_id, position to url": (
        Level.MAJOR,
        lambda c: c["tables"]["links"].update(key=["url"]),
    ),
    "the recipe of candidate_id changed from 1 to 2": (
        Level.MAJOR,
        lambda c: c["key_recipes"].update(candidate_id=2),
    ),
    "code links.kind.demo is gone": (
        Level.MAJOR,
        lambda c: find_column(c, "links", "kind")["codes"].remove("demo"),
    ),
    "code links.kind.poem is new": (Level.MINOR, lambda c: find_column(c, "links", "kind")["codes"].append("poem")),
    "row rule spans.bytes_in_order is gone": (Level.MAJOR, lambda c: c["tables"]["spans"]["rules"].clear()),
    "row rule spans.no_poems is new": (Level.MINOR, lambda c: c["tables"]["spans"]["rules"].append("no_poems")),
    "check papers.title str_length(min_value=1) is gone": (
        Level.MAJOR,
        lambda c: find_column(c, "papers", "title")["checks"].clear(),
    ),
    "the columns of table links stand in another order": (Level.MAJOR, swap_columns),
    "table inputs is now in content_id": (Level.MAJOR, lambda c: c["tables"]["inputs"].update(in_content_id=True)),
    "table poems is new": (Level.MINOR, lambda c: c["tables"].update(poems=c["tables"]["links"])),
}


@pytest.mark.parametrize("sentence", CHANGES)
def test_difference_is_named_with_the_level_it_takes(sentence: str) -> None:
    level, change = CHANGES[sentence]
    changed = copy.deepcopy(describe_contract())
    change(changed)

    assert [*compare_contracts(describe_contract(), changed)] == [(level, sentence)]


def test_contract_read_back_from_json_is_the_same() -> None:
    sorted_keys = json.loads(json.dumps(describe_contract(), sort_keys=True))

    assert compare_contracts(sorted_keys, describe_contract()) == []


def test_what_an_early_manifest_does_not_state_is_no_difference() -> None:
    early = copy.deepcopy(describe_contract())
    del early["key_recipes"]
    for table in early["tables"].values():
        del table["rules"], table["in_content_id"]
        for column in table["columns"]:
            del column["codes"], column["checks"]

    assert [one for one in compare_contracts(early, describe_contract()) if "inputs is" not in one.sentence] == []
