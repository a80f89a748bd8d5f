from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from etl.load import release_diff
from etl.load.reader import read_current_id
from etl.load.release_diff import IdMoves, ReleaseDiff
from etl.load.succession import DataBreakError, ReleaseShrinksError, SchemaBreakError, check_declared, check_shrink
from schemas.compatibility import Difference, Level

if TYPE_CHECKING:
    from etl.load.warehouse import Warehouse
    from tests.etl.load.conftest import Publish

RETYPED = Difference(Level.MAJOR, "column papers.title is int32, no longer string")
ADDED = Difference(Level.MINOR, "column papers.mood is new")
LOST = Difference(Level.MAJOR, "papers.title lost 90 values")


def make_manifest(papers: int, roots: list[str] | None) -> dict[str, Any]:
    return {"facts": {} if roots is None else {"input_roots": roots}, "tables": {"papers": {"rows": papers}}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, make_manifest(0, ["dumps"])),
        (make_manifest(10, ["dumps"]), make_manifest(5, ["dumps"])),
        (make_manifest(10, ["dumps"]), make_manifest(0, ["others"])),
        (make_manifest(10, None), make_manifest(0, None)),
        (make_manifest(0, ["dumps"]), make_manifest(0, ["dumps"])),
    ],
)
def test_release_of_expected_size_passes(before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    check_shrink(before, after)


def test_release_of_less_than_half_the_size_is_refused() -> None:
    with pytest.raises(ReleaseShrinksError, match=r"papers would go from 10 rows to 4: .* --allow-shrink"):
        check_shrink(make_manifest(10, ["dumps"]), make_manifest(4, ["dumps"]))


def make_diff(after: str, *, schema: tuple[Difference, ...] = (), data: tuple[Difference, ...] = ()) -> ReleaseDiff:
    return ReleaseDiff(
        "a" * 32, "b" * 32, "1.1", after, {}, IdMoves(*[0] * len(IdMoves.__dataclass_fields__)), schema, data
    )


@pytest.mark.parametrize(
    ("diff", "reason"),
    [
        (make_diff("1.1"), None),
        (make_diff("1.2", schema=(ADDED,)), None),
        (make_diff("2.0", schema=(RETYPED, ADDED), data=(LOST,)), None),
        (make_diff("1.1", data=(LOST,)), "the layout no longer prints it"),
    ],
)
def test_differences_that_are_declared_pass(diff: ReleaseDiff, reason: str | None) -> None:
    check_declared(diff, reason)


@pytest.mark.parametrize(("after", "schema"), [("1.1", ADDED), ("1.1", RETYPED), ("1.2", RETYPED)])
def test_an_undeclared_change_of_the_schemas_is_refused_whatever_reason_is_given(
    after: str, schema: Difference
) -> None:
    with pytest.raises(SchemaBreakError, match=schema.sentence):
        check_declared(make_diff(after, schema=(schema,)), "never mind")


@pytest.mark.parametrize("after", ["1.1", "1.2"])
def test_an_undeclared_break_of_the_data_names_both_ways_to_declare_it(after: str) -> None:
    with pytest.raises(DataBreakError, match=r"lost 90 values.*--accept-break REASON or contract version 2\.0"):
        check_declared(make_diff(after, data=(LOST,)), None)


def test_a_release_that_loses_values_stops_until_somebody_gives_the_reason(
    publish_tables: Publish, warehouse: Warehouse, tables: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_diff, "LEAST_LOST", 1)
    first = publish_tables()
    poorer = {"quarantine": tables["quarantine"].with_columns(pl.lit(None, pl.String).alias("detail"))}
    assert tables["quarantine"]["detail"].null_count() < tables["quarantine"].height
    with pytest.raises(DataBreakError, match=r"quarantine.*detail"):
        publish_tables(poorer)
    assert read_current_id(warehouse) == first.release_id
    second = publish_tables(poorer, accept_break="details are of no use")
    assert read_current_id(warehouse) == second.release_id
    assert second.manifest["accepted_break"] == "details are of no use"
