"""The catalog of one published release, for the tests of its SQL."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from etl.load.warehouse import Warehouse
from tests.conftest_tables import publish_release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from etl.load.reader import Release


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_release(Warehouse(tmp_path_factory.mktemp("sql") / "warehouse"))


@pytest.fixture
def catalog(release: Release) -> Iterator[DuckDBPyConnection]:
    with contextlib.closing(release.connect()) as connection:
        yield connection
