"""``paperhouse releases``: which there are, and which is current."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from etl.load.reader import open_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.load.warehouse import Warehouse

THIRD = "byAK and the research community\nOct 30\n\nA third\n\nText.\n  • 2 authors\n·\nMay 1\n"


def list_releases(run: Callable, warehouse: Warehouse) -> list[dict[str, object]]:
    return json.loads(run("releases", "--json", "--warehouse", warehouse.root).stdout)


def test_no_release_is_no_error(run: Callable, warehouse: Warehouse):
    done = run("releases", "--warehouse", warehouse.root)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "has no release yet: build one with 'paperhouse build DUMPS'" in done.stderr
    assert list_releases(run, warehouse) == []


def test_the_current_release_comes_first_and_is_marked(run: Callable, dumps: Path, warehouse: Warehouse):
    assert run("build", dumps, "--warehouse", warehouse.root).exit_code == 0
    (dumps / "oct30.txt").write_text(THIRD, encoding="utf-8")
    assert run("build", dumps, "--warehouse", warehouse.root).exit_code == 0
    current = open_release(warehouse)
    known = list_releases(run, warehouse)
    assert [(one["papers"], one["listings"], one["dumps"], one["is_current"]) for one in known] == [
        (3, 3, 2, True),
        (2, 2, 1, False),
    ]
    assert (known[0]["release_id"], known[0]["content_id"]) == (current.release_id, current.manifest["content_id"])
    lines = run("releases", "--warehouse", warehouse.root).stdout.splitlines()
    assert [line[0] for line in lines[2:]] == ["*", " "]
    assert current.release_id in lines[2]


def test_a_release_that_became_current_again_is_listed_once(run: Callable, dumps: Path, warehouse: Warehouse):
    assert run("build", dumps, "--warehouse", warehouse.root).exit_code == 0
    first = open_release(warehouse).release_id
    (dumps / "oct30.txt").write_text(THIRD, encoding="utf-8")
    assert run("build", dumps, "--warehouse", warehouse.root).exit_code == 0
    (dumps / "oct30.txt").unlink()
    assert run("build", dumps, "--warehouse", warehouse.root).exit_code == 0
    known = list_releases(run, warehouse)
    assert len(known) == 2
    assert [one["release_id"] for one in known if one["is_current"]] == [first]
