"""The UI, and who may use it."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
import typer

from assets import webserver
from assets.dev import open_process
from assets.webserver import OwnPagesOnly
from etl.cli import dagster_server
from etl.cli.dagster_server import plan_server
from etl.cli.ui import ui

if TYPE_CHECKING:
    from etl.load.warehouse import Warehouse

HERE = "127.0.0.1:3000"


class ServerStartedError(Exception):
    """The command came so far as to start the server."""


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:  # noqa: ANN401 - whatever the server is started with
        raise ServerStartedError

    monkeypatch.setattr(dagster_server, "run_server", refuse)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "server.example"])  # noqa: S104 - they are to be refused
def test_a_ui_that_can_start_builds_stays_on_this_machine(warehouse: Warehouse, host: str):
    with pytest.raises(typer.BadParameter, match="add --read-only"):
        ui(host=host, port=0, read_only=False, warehouse=warehouse.root)


def test_who_only_looks_can_start_nothing(warehouse: Warehouse):
    server = plan_server(warehouse, host="127.0.0.1", port=0, read_only=True)

    assert "--read-only" in server.command
    assert not {"assets.dev", "dev"} & set(server.command)


def ask(method: str, path: str, **headers: str) -> int:
    """Ask the guarded UI for something; gives the answer's status."""
    answers: list[int] = []

    async def answer(_: Any, __: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's own
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs}
    asyncio.run(OwnPagesOnly(answer)(scope, receive, send))
    return answers[0]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/graphql", {"host": HERE}),
        ("GET", "/graphql", {"host": HERE, "accept": "image/*", "sec_fetch_site": "cross-site"}),
        ("POST", "/graphql", {"host": HERE, "origin": "https://elsewhere.example"}),
        ("POST", "/graphql", {"host": HERE, "origin": "null"}),
        ("POST", "/graphql", {"host": HERE, "sec_fetch_site": "cross-site"}),
        ("POST", "/graphql", {"host": HERE, "origin": "http://127.0.0.1:8000"}),
        ("GET", "/server_info", {"host": "elsewhere.example:3000"}),
        ("GET", "/server_info", {"host": "127.0.0.1.elsewhere.example"}),
        ("POST", "/report_asset_materialization/papers", {"host": HERE, "origin": "https://elsewhere.example"}),
        ("GET", "/server_info", {}),
    ],
)
def test_no_page_of_another_site_reaches_the_ui(method: str, path: str, headers: dict[str, str]):
    assert ask(method, path, **headers) == 403


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {"host": HERE, "sec_fetch_site": "none"}),
        ("GET", "/runs", {"host": HERE, "sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}),
        ("POST", "/graphql", {"host": HERE, "origin": f"http://{HERE}", "sec_fetch_site": "same-origin"}),
        ("POST", "/graphql", {"host": "localhost:3000"}),
        ("GET", "/server_info", {"host": "[::1]:3000"}),
    ],
)
def test_the_uis_own_pages_and_programs_of_this_machine_do(method: str, path: str, headers: dict[str, str]):
    assert ask(method, path, **headers) == 200


def test_a_websocket_of_another_site_is_closed():
    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's own
        sent.append(message["type"])

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    headers = [(b"host", HERE.encode()), (b"origin", b"https://elsewhere.example"), (b"upgrade", b"websocket")]
    guarded = OwnPagesOnly(None)
    asyncio.run(guarded({"type": "websocket", "path": "/graphql", "headers": headers}, receive, send))
    assert sent == ["websocket.close"]


def test_dagster_is_started_with_the_guard(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch):
    server = plan_server(warehouse, host="127.0.0.1", port=0, read_only=False)
    started: list[list[str]] = []
    monkeypatch.setattr("assets.dev._open_process", lambda parts, **_: started.append(parts))
    open_process([sys.executable, "-m", "dagster_webserver", "--port", "1"])

    assert server.command[1:3] == ("-m", "assets.dev")
    assert started == [[sys.executable, "-m", "assets.webserver", "--port", "1"]]
    assert webserver.build_middleware(Mock())[0].cls is OwnPagesOnly
