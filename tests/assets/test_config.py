"""What can be set for a run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assets.config import DecisionsConfig, DumpsConfig, DumpsUnknownError, PageDayInvalidError, list_default_dumps
from etl.stages.decisions import find_decisions


def test_options_are_read_from_the_config():
    options = DumpsConfig(
        dumps=["a", "b/c"], page_days={"c": "2025-10-29"}, skip_unreadable=True, rehash=True
    ).to_options()
    assert options.roots == (Path("a"), Path("b/c"))
    assert options.page_days == {"c": dt.date(2025, 10, 29)}
    assert (options.skip_unreadable, options.rehash) == (True, True)


def test_the_defaults_are_safe():
    options = DumpsConfig(dumps=["a"]).to_options()
    assert (options.page_days, options.skip_unreadable, options.rehash) == ({}, False, False)


@pytest.mark.parametrize("day", ["Oct 29", "2025-13-01", "20251029", "2025-W44-3", ""])
def test_a_day_that_is_no_date_is_refused_with_its_file(day: str):
    with pytest.raises(PageDayInvalidError, match=r"for page-7\.txt is no date; write it as YYYY-MM-DD"):
        DumpsConfig(dumps=["a"], page_days={"page-7.txt": day}).to_options()


def test_no_dumps_are_refused():
    with pytest.raises(DumpsUnknownError, match="PAPERHOUSE_LANDING"):
        DumpsConfig(dumps=[]).to_options()


def test_the_dumps_nobody_named_are_those_of_the_environment_else_of_the_clone(
    monkeypatch: pytest.MonkeyPatch, repo_root: Path
):
    monkeypatch.setenv("PAPERHOUSE_LANDING", "somewhere")
    assert list_default_dumps() == ["somewhere"]
    monkeypatch.delenv("PAPERHOUSE_LANDING")
    assert list_default_dumps() == [str(repo_root / "warehouse" / "landing")]


def test_an_installed_package_has_no_dumps_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("PAPERHOUSE_LANDING", raising=False)
    monkeypatch.setattr("assets.config._LANDING", tmp_path / "landing")
    assert list_default_dumps() == []


def test_decisions_are_the_named_file_else_those_of_the_clone():
    assert DecisionsConfig(decisions="mine.csv").find_file() == Path("mine.csv")
    assert DecisionsConfig().find_file() == find_decisions(None)
