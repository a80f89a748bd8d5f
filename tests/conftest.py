"""What all tests share: where things lie, a clean environment, and the rule that nothing may be skipped in CI."""

from __future__ import annotations

import os
import shutil
import urllib.request
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from types import ModuleType

    from moto.server import ThreadedMotoServer
    from ray.cluster_utils import Cluster

    from etl.load.warehouse import Warehouse
    from etl.runners.ray import RayRunner

# Every run tries the same examples; `pytest --hypothesis-profile=explore` looks for new ones.
hypothesis.settings.register_profile("steady", max_examples=50, derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("explore", max_examples=2000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("steady")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

FIXTURE_MARKERS = {"shared_dumps": "shared", "chromium_path": "browser", "ray": "cluster", "s3": "cluster"}
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
S3_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "somebody",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
}
NODES = 2
NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}
OWN_VARIABLES = (
    "PAPERHOUSE_WAREHOUSE",
    "RAY_ADDRESS",
    "DAGSTER_HOME",
    "PANDERA_VALIDATION_ENABLED",
    "PANDERA_VALIDATION_DEPTH",
)


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


@pytest.fixture
def plain_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare builds the drawing of their report, a fifth of what a small one takes; tests/etl/report looks at those."""
    monkeypatch.setattr("etl.stages.publish.render_report", lambda *_: "<!doctype html>\n")


@pytest.fixture(scope="session")
def ray() -> ModuleType:
    """Import Ray, told to keep to itself."""
    from etl.runners.connection import import_ray  # noqa: PLC0415 - most tests need none

    pytest.importorskip("ray", reason="needs Ray: make cluster installs it")
    return import_ray()


@pytest.fixture(scope="session")
def started_cluster(ray: ModuleType) -> Iterator[Cluster]:
    """Start a cluster on this machine, once since it costs seconds: a head without cores, which works nothing."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - may be absent

    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@pytest.fixture
def ray_cluster(started_cluster: Cluster) -> Cluster:
    """Give the cluster with all its working nodes, of one core each, also after a test that killed some."""
    for node in [node for node in started_cluster.worker_nodes if node.dead_processes()]:
        started_cluster.remove_node(node, allow_graceful=False)
    while len(started_cluster.worker_nodes) < NODES:
        started_cluster.add_node(**NODE)
    return started_cluster


@pytest.fixture(scope="session")
def connection(started_cluster: Cluster) -> Iterator[RayRunner]:
    """Give a runner whose connection all share, since every new one starts workers of its own."""
    from etl.runners.ray import RayRunner  # noqa: PLC0415 - most tests need none

    with RayRunner(address=started_cluster.address) as runner:
        yield runner


@pytest.fixture
def ray_runner(connection: RayRunner, ray_cluster: Cluster) -> RayRunner:
    """Give a runner on the cluster with all its nodes."""
    assert len(ray_cluster.worker_nodes) == NODES
    return connection


@pytest.fixture(scope="session")
def s3_server() -> Iterator[ThreadedMotoServer]:
    """Start an S3 server in this process."""
    server = pytest.importorskip("moto.server", reason="needs moto: make cluster installs it").ThreadedMotoServer(
        "127.0.0.1", port=0, verbose=False
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3(s3_server: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the URL of an empty bucket, with what it takes to reach it in the environment."""
    endpoint = "http://{}:{}".format(*s3_server.get_host_and_port())
    for name, value in {**S3_VARIABLES, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    bucket = f"house-{uuid.uuid4().hex}"
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{bucket}", method="PUT")):  # noqa: S310 - our server
        pass
    return f"s3://{bucket}"
