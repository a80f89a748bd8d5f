"""``paperhouse ui``: the Dagster UI on this machine, for as long as the command runs."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Final

import typer

from etl.cli.options import WarehouseOption, show_examples
from etl.cli.terminal import say

EXAMPLES: Final = show_examples(
    "paperhouse ui",
    "paperhouse ui --port 4000 --warehouse data/papers",
    "paperhouse ui --read-only --host 0.0.0.0",
)

DEFAULT_PORT: Final = 3000


def ui(
    *,
    port: Annotated[
        int,
        typer.Option(
            "--port", "-p", metavar="PORT", min=0, max=65535, help="The port to listen on; 0 takes any that is free."
        ),
    ] = DEFAULT_PORT,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="The address to listen on; only a read-only UI may leave this machine."),
    ] = "127.0.0.1",
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Show everything, start nothing: for people who only look.")
    ] = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Start the Dagster UI on this machine; Ctrl-C ends it.

    Whoever reaches the UI can start builds, so it listens on this machine alone unless it is read-only.
    Telemetry is off; runs and logs are kept in the warehouse's folder dagster.
    """
    if not (read_only or is_loopback(host)):
        message = f"{host!r} can be reached from other machines, where anybody could start builds: add --read-only"
        raise typer.BadParameter(message, param_hint="--host")

    from etl.cli.dagster_server import plan_server, run_server  # noqa: PLC0415 - --help must not wait for http
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415

    server = plan_server(find_warehouse(warehouse), host=host, port=port, read_only=read_only)
    say(f"Starting the Dagster UI of {server.warehouse.root} ...")
    run_server(
        server,
        on_ready=lambda url: say(f"The Dagster UI is at {url} (Ctrl-C ends it)"),
        on_stop=lambda: say("Ending the Dagster UI ..."),
    )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
