"""``paperhouse ui``: what it refuses before anything is started."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from etl.cli.ui import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.warehouse import Warehouse


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", "", "127.0.0.1.example.org"])  # noqa: S104 - to be refused
def test_who_can_start_builds_must_be_on_this_machine(run: Callable, warehouse: Warehouse, host: str):
    done = run("ui", "--host", host, "--warehouse", warehouse.root)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "can be reached from other machines, where anybody could start builds: add --read-only" in done.stderr
    assert not warehouse.root.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_is_known_by_its_names(host: str):
    assert is_loopback(host)


def test_a_port_that_is_taken_is_said(run: Callable, warehouse: Warehouse):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("ui", "--port", port, "--warehouse", warehouse.root)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: the UI cannot listen on 127.0.0.1, port {port} (Address already in use): ")
    assert "another port with --port" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_warehouse_that_cannot_be_written_to_is_said(run: Callable, warehouse: Warehouse):
    warehouse.root.touch()
    done = run("ui", "--warehouse", warehouse.root)
    assert done.exit_code == 1
    assert f"the warehouse's folder {warehouse.root} cannot be written to" in done.stderr
