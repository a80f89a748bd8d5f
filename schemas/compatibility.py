"""What a change of the contract means for readers: which version it needs.

Rules, most severe first. Major: a table, column, code, row rule or check is gone; a column's type, unit or place is
another; a column that had no nulls may have some; a table's key, or the recipe of an id, is another. Minor: a table,
column, code, row rule or check is new; a column may no longer have nulls.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Level(enum.IntEnum):
    """How much of a version a change takes."""

    NONE = 0
    MINOR = 1
    MAJOR = 2


class Difference(NamedTuple):
    """One difference of two contracts: how grave it is, and what it is in words."""

    level: Level
    sentence: str


def compare_contracts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """List the differences of two contracts, in the form of ``describe_contract`` or of a release's manifest.

    What one of them does not state (a manifest of an early version has no codes) is not compared.

    >>> from schemas.contract import describe_contract
    >>> compare_contracts(describe_contract(), describe_contract())
    []
    """
    return [
        *_compare_values("the recipe of", before.get("key_recipes", {}), after.get("key_recipes", {})),
        *_compare_names("table", before["tables"], after["tables"]),
        *(
            difference
            for name, table in before["tables"].items()
            if name in after["tables"]
            for difference in _compare_tables(name, table, after["tables"][name])
        ),
    ]


def raise_version(version: str, level: Level) -> str:
    """Raise a version by what a change takes.

    >>> [raise_version("1.4", level) for level in Level]
    ['1.4', '1.5', '2.0']
    """
    major, minor = map(int, version.split("."))
    return (f"{major}.{minor}", f"{major}.{minor + 1}", f"{major + 1}.0")[level]


def measure_raise(before: str, after: str) -> Level:
    """Measure by what level one version is above another.

    >>> [measure_raise("1.4", version).name for version in ("1.4", "1.5", "2.0", "0.9")]
    ['NONE', 'MINOR', 'MAJOR', 'NONE']
    """
    old, new = (tuple(map(int, version.split("."))) for version in (before, after))
    if new[0] > old[0]:
        return Level.MAJOR
    return Level.MINOR if new > old else Level.NONE


def _compare_tables(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old = {column["name"]: column for column in before["columns"]}
    new = {column["name"]: column for column in after["columns"]}
    if before["key"] != after["key"]:
        keys = " to ".join(", ".join(key) for key in (before["key"], after["key"]))
        yield Difference(Level.MAJOR, f"the key of table {name} changed from {keys}")
    if before.get("in_content_id", True) != after.get("in_content_id", True):
        yield Difference(
            Level.MAJOR, f"table {name} is {'now' if after['in_content_id'] else 'no longer'} in content_id"
        )
    yield from _compare_names("column", _prefix(name, old), _prefix(name, new))
    shared = [column for column in old if column in new]
    if shared != [column for column in new if column in old]:
        yield Difference(Level.MAJOR, f"the columns of table {name} stand in another order")
    if "rules" in before and "rules" in after:
        yield from _compare_names("row rule", _prefix(name, before["rules"]), _prefix(name, after["rules"]))
    for column in shared:
        yield from _compare_columns(f"{name}.{column}", old[column], new[column])


def _compare_columns(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for trait in ("type", "unit"):
        yield from _compare_values(f"the {trait} of column", {name: before[trait]}, {name: after[trait]})
    if before["nullable"] != after["nullable"]:
        level = Level.MAJOR if after["nullable"] else Level.MINOR
        yield Difference(level, f"column {name} may {'now' if after['nullable'] else 'no longer'} be null")
    if "codes" in before and "codes" in after:
        yield from _compare_names("code", _prefix(name, before["codes"]), _prefix(name, after["codes"]))
    if "checks" in before and "checks" in after:
        # A check whose limits moved is one check less and another one more.
        checks = [
            [f"{name} {_render_check(*check)}" for check in column["checks"].items()] for column in (before, after)
        ]
        yield from _compare_names("check", *checks)


def _compare_names(kind: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    old, new = list(before), list(after)
    for name in old:
        if name not in new:
            yield Difference(Level.MAJOR, f"{kind} {name} is gone")
    for name in new:
        if name not in old:
            yield Difference(Level.MINOR, f"{kind} {name} is new")


def _compare_values(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in before:
        if name in after and before[name] != after[name]:
            yield Difference(Level.MAJOR, f"{what} {name} changed from {before[name]} to {after[name]}")


def _render_check(name: str, limits: Mapping[str, object]) -> str:
    stated = sorted((limit, value) for limit, value in limits.items() if value is not None)
    return f"{name}({', '.join(f'{limit}={value}' for limit, value in stated)})"


def _prefix(owner: str, names: Iterable[str]) -> list[str]:
    return [f"{owner}.{name}" for name in names]
