"""``paperhouse releases``: which releases a warehouse keeps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from etl.cli.options import JsonOption, WarehouseOption, show_examples
from etl.cli.terminal import find_width, render_table, say, warn, write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.manifest import ManifestUnreadableError
    from etl.load.warehouse import Warehouse

EXAMPLES: Final = show_examples("paperhouse releases", "paperhouse releases --json")

_COUNTED: Final = ("dumps", "listings", "papers")


def releases(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List the releases that the warehouse keeps, latest first.

    The current one is marked with an asterisk.
    Releases with the same content_id say the same, whatever their inputs were called.
    """
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415 - --help must not wait for duckdb and polars

    house = find_warehouse(warehouse)
    known = read_releases(house, on_damage=lambda error: warn(str(error)))
    if as_json:
        write_json(known)
        return
    if not known:
        say(f"The warehouse {house.root} has no release yet: build one with 'paperhouse build DUMPS'.")
        return
    head = ["", "release_id", "published at", *_COUNTED, "content_id"]
    rows = [
        [
            "*" if one["is_current"] else "",
            one["release_id"],
            one["published_at"],
            *(f"{one[name]:,}" for name in _COUNTED),
            one["content_id"],
        ]
        for one in known
    ]
    write_text(render_table(head, rows, right={3, 4, 5}, width=find_width(sys.stdout)))


def read_releases(
    warehouse: Warehouse, *, on_damage: Callable[[ManifestUnreadableError], object]
) -> list[dict[str, Any]]:
    """Read what there is to know of each release, latest first; one that is damaged is told and left out.

    A release that became current more than once counts with the last time.
    """
    from etl.load.log import read_log  # noqa: PLC0415
    from etl.load.reader import list_releases, read_current_id  # noqa: PLC0415

    committed_at = {line["release_id"]: line["committed_at"] for line in read_log(warehouse)}
    current = read_current_id(warehouse)
    known = [
        {
            "release_id": release.release_id,
            "is_current": release.release_id == current,
            "published_at": committed_at.get(release.release_id, release.manifest["created_at"]),
            **{name: release.manifest["tables"][name]["rows"] for name in _COUNTED},
            "content_id": release.manifest["content_id"],
            "contract_version": release.manifest["contract_version"],
            "path": str(release.path),
        }
        for release in list_releases(warehouse, on_damage=on_damage)
    ]
    return sorted(known, key=lambda one: (one["published_at"], one["is_current"], one["release_id"]), reverse=True)
