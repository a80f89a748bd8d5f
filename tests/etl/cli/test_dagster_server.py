"""Dagster's processes: what they are told, and that none outlives the command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from etl.cli.dagster_server import Server, UiEndedError, find_port, plan_server, run_server
from etl.load.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]

# Answers like Dagster's web server, and has a child that holds a pipe open for as long as it lives.
FAKE = """
import http.server, signal, subprocess, sys

port, pipe, is_stubborn = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "stubborn"
child = '''
import signal, sys
for number in (signal.SIGINT, *((signal.SIGTERM,) if sys.argv[2] == "stubborn" else ())):
    signal.signal(number, signal.SIG_IGN)
pipe = open(sys.argv[1], "w")
pipe.write("alive")
pipe.flush()
while True:
    signal.pause()
'''
subprocess.Popen([sys.executable, "-c", child, pipe, sys.argv[3]])
if is_stubborn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/server_info" else 404)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""

RUNNER = """
import os, signal, sys
from pathlib import Path
from etl.cli import dagster_server
from etl.cli.endings import stop_on_signals
from etl.load.warehouse import Warehouse

root, port, pipe, kind, fake = sys.argv[1:]
dagster_server._GRACE = ((signal.SIGINT, 0.2), (signal.SIGTERM, 0.2), (signal.SIGKILL, 0.2))
warehouse = Warehouse(Path(root))
warehouse.dagster_home.mkdir(parents=True)
command = (sys.executable, "-c", fake, port, pipe, kind)
stop_on_signals()
server = dagster_server.Server(warehouse, command, os.environ, "127.0.0.1", int(port))
dagster_server.run_server(server, on_ready=lambda url: print(url, flush=True), on_stop=lambda: None)
"""


ASKING = """
import json
from dagster import DagsterInstance
from dagster._cli.dev import dev_command
from dagster_webserver.cli import dagster_webserver

facts = {
    name: [spelling for option in command.params for spelling in option.opts]
    for name, command in (("dagster dev", dev_command), ("dagster-webserver", dagster_webserver))
}
print(json.dumps(facts | {"has_telemetry": DagsterInstance.get().telemetry_enabled}))
"""


@pytest.fixture
def plan(warehouse: Warehouse) -> Callable[..., Server]:
    """Plan a server on a port that is free."""

    def make(**options: object) -> Server:
        return plan_server(warehouse, **{"host": "127.0.0.1", "port": 0, "read_only": False, **options})

    return make


def test_the_home_is_in_the_warehouse_with_telemetry_off(plan: Callable, warehouse: Warehouse):
    server = plan()
    settings = yaml.safe_load((warehouse.dagster_home / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert server.environment["DAGSTER_HOME"] == str(warehouse.dagster_home)
    assert server.environment["PAPERHOUSE_WAREHOUSE"] == str(warehouse.root)


def test_settings_that_somebody_changed_stay(plan: Callable, warehouse: Warehouse):
    plan()
    (warehouse.dagster_home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    plan()
    assert (warehouse.dagster_home / "dagster.yaml").read_text(encoding="utf-8") == "telemetry: {enabled: false}\n"


@pytest.fixture(scope="module")
def dagster_facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Ask Dagster itself, once, since it takes seconds to import: its options, and what it makes of our settings."""
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"))
    plan_server(warehouse, host="127.0.0.1", port=0, read_only=False)
    environment = {**os.environ, "DAGSTER_HOME": str(warehouse.dagster_home)}
    done = subprocess.run([sys.executable, "-c", ASKING], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_dagster_takes_our_settings(dagster_facts: dict[str, object]):
    assert dagster_facts["has_telemetry"] is False


def test_the_server_listens_where_it_was_told_and_loads_our_code_from_anywhere(plan: Callable):
    command = plan().command
    assert command[1:3] == ("-m", "assets.dev")
    assert command[command.index("-h") + 1] == "127.0.0.1"
    assert command[command.index("-m", 2) + 1] == "assets.definitions"
    assert command[command.index("-d") + 1] == str(ROOT)


def test_who_only_looks_gets_no_daemon(plan: Callable):
    command = plan(read_only=True).command
    assert command[1:4] == ("-m", "dagster_webserver", "--read-only")


@pytest.mark.parametrize(
    ("read_only", "program"), [(False, "dagster dev"), (True, "dagster-webserver")], ids=["dev", "read-only"]
)
def test_dagster_knows_the_options(plan: Callable, dagster_facts: dict[str, object], read_only: bool, program: str):  # noqa: FBT001 - a parameter
    command = plan(read_only=read_only).command
    options = {argument for argument in command[3:] if argument.startswith("-")}
    assert options - set(dagster_facts[program]) == set()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - to be shown as this machine
        ("::", "http://[::1]:80"),
    ],
)
def test_the_address_is_one_for_a_browser_here(warehouse: Warehouse, host: str, url: str):
    assert Server(warehouse, (), {}, host, 80).url == url


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("kind", ["willing", "stubborn"])
def test_no_process_outlives_the_command(tmp_path: Path, number: signal.Signals, kind: str):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    port = find_port("127.0.0.1", 0)
    command = [sys.executable, "-c", RUNNER, str(tmp_path / "warehouse"), str(port), str(pipe), kind, FAKE]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdout.readline() == f"http://127.0.0.1:{port}\n"
        with pipe.open() as held_by_child:
            assert held_by_child.read(5) == "alive"
            runner.send_signal(number)
            assert held_by_child.read() == "", "the pipe ends when its last holder has ended"
        _, err = runner.communicate(timeout=60)
    assert (runner.returncode, err) == (0, "")


def test_a_server_that_ends_by_itself_says_why(warehouse: Warehouse):
    warehouse.dagster_home.mkdir(parents=True)
    code = r"print('first'); print('\x1b[31mno such module: assets\x1b[0m'); raise SystemExit(3)"
    server = Server(warehouse, (sys.executable, "-c", code), dict(os.environ), "127.0.0.1", find_port("127.0.0.1", 0))
    with pytest.raises(UiEndedError) as ended:
        run_server(server, on_ready=lambda url: pytest.fail(f"{url} never answered"), on_stop=lambda: None)
    assert str(ended.value) == f"Dagster ended with code 3: {server.log} says why (no such module: assets)"
