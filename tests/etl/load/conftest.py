"""Tables and releases for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from etl.load.lock import hold_lock
from etl.load.release import publish
from etl.load.warehouse import Warehouse
from tests.conftest_tables import make_tables, publish_release, write_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from etl.load.reader import Release


class Publish(Protocol):
    """Writes tables as a stage would, and publishes them; options are those of ``publish``."""

    def __call__(self, changed: Mapping[str, pl.DataFrame] | None = None, **options: object) -> Release: ...


@pytest.fixture
def tables() -> dict[str, pl.DataFrame]:
    return make_tables()


@pytest.fixture
def publish_tables(warehouse: Warehouse) -> Publish:
    built = 0

    def publish_changed(changed: Mapping[str, pl.DataFrame] | None = None, **options: object) -> Release:
        nonlocal built
        built += 1
        with hold_lock(warehouse, wait=False) as lock:
            folders = write_tables({**make_tables(), **(changed or {})}, warehouse.state / f"build-{built}")
            return publish(warehouse, folders, lock=lock, **{"facts": {}, **options})  # type: ignore[arg-type]

    return publish_changed


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Publish the tables once, for tests that only read."""
    return publish_release(Warehouse(tmp_path_factory.mktemp("published") / "warehouse"))
