from __future__ import annotations

import pandera.polars as pa
import polars as pl  # noqa: TC002 - a model's annotations are read at runtime
import pytest

from schemas import TABLES
from schemas.columns import list_columns, list_key, list_rules, name_table
from schemas.table import Table, column, describe_table


def test_every_table_is_named_like_its_model() -> None:
    assert [name_table(table) for table in TABLES.values()] == list(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_key_consists_of_columns(name: str) -> None:
    names = [found.name for found in list_columns(TABLES[name])]

    assert set(list_key(TABLES[name])) <= set(names)
    assert list_key(TABLES[name])


def test_codes_are_those_a_value_may_have() -> None:
    for table in TABLES.values():
        fields = table.to_schema().columns
        for found in list_columns(table):
            allowed = [
                check.statistics["allowed_values"] for check in fields[found.name].checks if check.name == "isin"
            ]
            assert allowed in ([], [list(found.codes)]), f"{name_table(table)}.{found.name}"


def test_checks_are_named_with_their_limits() -> None:
    title = next(found for found in list_columns(TABLES["listings"]) if found.name == "title")

    assert title.checks == (("str_length", {"min_value": 1, "max_value": 2000, "exact_value": None}),)


def test_rules_are_listed_by_name() -> None:
    assert "every_byte_has_one_role" in list_rules(TABLES["dumps"])
    assert list_rules(TABLES["links"]) == []


def test_type_outside_the_contract_is_refused() -> None:
    class Times(Table):
        at: pl.Time = column("When.")

        class Config(Table.Config):
            metadata = describe_table(key=["at"])

    assert issubclass(Times, pa.DataFrameModel)
    with pytest.raises(TypeError, match=r"times\.at: Time is no type of a published column"):
        list_columns(Times)
