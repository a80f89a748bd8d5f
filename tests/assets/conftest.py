"""What the tests of the assets share: small pages that we wrote, and runs of the job as people start them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from assets.definitions import defs
from etl.load.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = "new\n\nGet trending papers in your email inbox!\nSubscribe\nDaily Papers\nbyAK and the research community\n"

BOATS = (
    "Measuring the Tide with Paper Boats\n"
    "We fold boats of one sheet each, let them drift across a harbour basin and read the tide from where they come to "
    "rest. Forty boats are enough to tell ebb from flood within a minute, and they cost less than a gauge.\n"
    "  \u2022 3 authors\n\u00b7\nJul 10, 2023\n"
)
KITES = (
    "Kites as Slow Sensors of Weather\n"
    "A kite that stays up for a day writes a record of the wind into the wear of its line. We show how to read that "
    "record with a ruler and a lamp, and publish the code at https://github.com/example/kites for other lines.\n"
    "  \u2022 1 authors\n\u00b7\nOct 28 7\n"
)
CLOCKS = (
    "Sand Clocks that Agree\n"
    "Two sand clocks never run out together. We derive the number of turns after which a pair may be trusted again, "
    "and test it on clocks that were bought at nine different fairs over three years of summers.\n"
    "example-lab Example Lab\n\u00b7\nFeb 2, 2024 12\n"
)


@dataclass(frozen=True)
class Workshop:
    """A warehouse, dumps to fill it from, and an instance of Dagster to run the job with."""

    warehouse: Warehouse
    dumps: Path
    instance: dg.DagsterInstance

    def run(
        self,
        *assets: str,
        dumps: Path | None = None,
        runner: dict[str, Any] | None = None,
        store: str | None = None,
        **ops: dict[str, Any],
    ) -> dg.ExecuteInProcessResult:
        """Run the job, or those of its assets that are named, in this process; ``ops`` is config by step."""
        if not assets or "collected_dumps" in assets:
            ops["collect"] = {"dumps": [str(dumps or self.dumps)], **ops.get("collect", {})}
        return defs.resolve_job_def("build_release").execute_in_process(
            run_config={
                "resources": {
                    "warehouse": {"config": {"path": str(self.warehouse.root), "store": store}},
                    "runner": {"config": runner or {"workers": 1}},
                },
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "ops": {name: {"config": config} for name, config in ops.items()},
            },
            instance=self.instance,
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
            raise_on_error=False,
        )


@dataclass(frozen=True)
class FinishedRun:
    """A whole run that tests may look at but not change."""

    result: dg.ExecuteInProcessResult
    warehouse: Warehouse
    dumps: Path


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """Make a workshop of the test's own, its warehouse empty."""
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        yield Workshop(Warehouse(tmp_path / "warehouse"), write_dumps(tmp_path / "dumps"), instance)


@pytest.fixture
def one_dump(tmp_path: Path) -> Path:
    """Write one page with two papers."""
    path = tmp_path / "one.txt"
    path.write_text(f"{HEADER}Oct 31\n\n{CLOCKS}\n{KITES}", "utf-8")
    return path


@pytest.fixture(scope="package")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FinishedRun]:
    """Run the whole job once for all tests that only look."""
    folder = tmp_path_factory.mktemp("finished")
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        workshop = Workshop(Warehouse(folder / "warehouse"), write_dumps(folder / "dumps"), instance)
        result = workshop.run()
        assert result.success
        yield FinishedRun(result, workshop.warehouse, workshop.dumps)


def write_dumps(folder: Path) -> Path:
    """Write two pages with three papers, one of which stands in both."""
    folder.mkdir()
    (folder / "first.txt").write_text(f"{HEADER}Oct 29\n\n{BOATS}\n{KITES}", "utf-8")
    (folder / "second.txt").write_text(f"{HEADER}Oct 30\n\n{CLOCKS}\n{BOATS}", "utf-8")
    return folder
