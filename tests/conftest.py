"""What all tests share: where things lie, a clean environment, and the rule that nothing may be skipped in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from etl.load.warehouse import Warehouse

# Every run tries the same examples; `pytest --hypothesis-profile=explore` looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("explore", max_examples=2000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("steady")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

FIXTURE_MARKERS = {"shared_dumps": "shared", "chromium_path": "browser"}
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
OWN_VARIABLES = ("PAPERHOUSE_WAREHOUSE", "DAGSTER_HOME", "PANDERA_VALIDATION_ENABLED", "PANDERA_VALIDATION_DEPTH")


class SkipRefuser:
    """Turns every skip into a failure that tells its reason."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Refuse a test that skips itself, by a mark or while it runs."""
        return refuse_skip((yield))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Refuse a module that skips itself while it is imported."""
        return refuse_skip((yield))


def refuse_skip(report: Report) -> Report:
    """Make a skipped report a failed one; an expected failure is no skip."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: PAPERHOUSE_NO_SKIP is set, and this was to be skipped. {reason}"
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Hide settings of whoever runs the tests; refuse skips, also in the doctests of etl, when told to."""
    for name in OWN_VARIABLES:
        os.environ.pop(name, None)
    if os.environ.get("PAPERHOUSE_NO_SKIP"):
        config.pluginmanager.register(SkipRefuser())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test by what it needs, so that no mark can be forgotten."""
    for item in items:
        for fixture, marker in FIXTURE_MARKERS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """Find the folder of the project."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dumps(repo_root: Path) -> Path:
    """Find the dumps beside the project: other people's texts, which are not part of it."""
    folder = repo_root.parent / "shared" / "dumps"
    if not folder.is_dir():
        pytest.skip("needs the dumps in ../shared/dumps, beside the project's folder")
    return folder


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Find the browser of the system."""
    path = next(filter(None, map(shutil.which, BROWSER_NAMES)), None)
    if path is None:
        pytest.skip("needs Chromium (Debian, Ubuntu: apt-get install chromium)")
    return path


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Make an empty warehouse that nobody else uses."""
    from etl.load.warehouse import Warehouse  # noqa: PLC0415 - most tests need none

    return Warehouse(tmp_path / "warehouse")
