from __future__ import annotations

import inspect

import pyarrow as pa
import pytest

from schemas import CONTRACT_VERSION, TABLES
from schemas.arrow import arrow_schema
from schemas.columns import list_columns


@pytest.mark.parametrize("name", TABLES)
def test_schema_has_the_columns_of_the_model_in_its_order(name: str) -> None:
    schema = arrow_schema(TABLES[name])

    assert schema.names == [column.name for column in list_columns(TABLES[name])]
    assert [field.nullable for field in schema] == [column.nullable for column in list_columns(TABLES[name])]


@pytest.mark.parametrize("name", TABLES)
def test_every_field_carries_description_and_unit(name: str) -> None:
    for field, column in zip(arrow_schema(TABLES[name]), list_columns(TABLES[name]), strict=True):
        assert field.metadata.pop(b"description").decode() == column.description
        assert field.metadata.get(b"unit", b"").decode() == (column.unit or "")


@pytest.mark.parametrize("name", TABLES)
def test_schema_carries_description_and_contract_version(name: str) -> None:
    metadata = arrow_schema(TABLES[name]).metadata

    assert metadata[b"description"].decode() == inspect.getdoc(TABLES[name])
    assert metadata[b"contract_version"].decode() == CONTRACT_VERSION


def test_types_are_those_every_reader_knows() -> None:
    types = {field.type for table in TABLES.values() for field in arrow_schema(table)}
    texts = pa.list_(pa.field("element", pa.string(), nullable=False))

    assert types == {pa.string(), pa.int32(), pa.int64(), pa.date32(), pa.bool_(), texts}


def test_list_has_no_null_in_it() -> None:
    problems = arrow_schema(TABLES["listings"]).field("problems")

    assert not problems.nullable
    assert not problems.type.value_field.nullable
