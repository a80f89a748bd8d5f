"""A clock that jumps: a release is current because it was published last, not because its time is the latest."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from etl.load import release as release_module
from etl.load.lock import hold_lock
from etl.load.log import read_log
from etl.load.reader import list_releases, open_release
from etl.load.release import publish
from etl.load.retention import KEPT_RELEASES, remove_old_releases
from tests.conftest_tables import change_titles, make_tables, write_tables
from tests.faults.whole import list_current_faults

if TYPE_CHECKING:
    from etl.load.warehouse import Warehouse

pytestmark = pytest.mark.exhaustive

YEARS = (2026, 2099, 1980, 2026, 2038)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse) -> list[str]:
    """Publish a release in each of these years, by the clock of the machine."""
    ids = []
    for turn, year in enumerate(YEARS):
        now = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
        clock = SimpleNamespace(UTC=dt.UTC, datetime=SimpleNamespace(now=lambda _, now=now: now))
        monkeypatch.setattr(release_module, "dt", clock)
        tables = make_tables()
        folders = write_tables({**tables, **change_titles(tables, str(turn))}, warehouse.state / str(turn))
        with hold_lock(warehouse) as lock:
            ids.append(publish(warehouse, folders, lock=lock, facts={}).release_id)
        monkeypatch.undo()
        assert open_release(warehouse).release_id == ids[-1]
    return ids


def test_a_clock_that_jumps_changes_neither_what_is_current_nor_the_log(warehouse: Warehouse, published: list[str]):
    assert [line["release_id"] for line in read_log(warehouse)] == published
    assert {release.release_id for release in list_releases(warehouse)} == set(published)
    assert list_current_faults(warehouse.root) == []


def test_a_clock_far_ahead_costs_no_release_of_the_last_ten(warehouse: Warehouse, published: list[str]):
    assert len(published) <= KEPT_RELEASES
    assert remove_old_releases(warehouse, dt.datetime(2999, 1, 1, tzinfo=dt.UTC), warehouse.staging) == []
