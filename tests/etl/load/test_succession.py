from __future__ import annotations

from typing import Any

import pytest

from etl.load.succession import ReleaseShrinksError, check_shrink


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
