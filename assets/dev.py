"""``dagster dev`` with the web server of :mod:`assets.webserver` in the place of Dagster's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dagster._cli import dev

if TYPE_CHECKING:
    from collections.abc import Sequence

_SERVERS: Final = {"dagster_webserver": "assets.webserver"}
_open_process: Final = dev.open_ipc_subprocess


def open_process(parts: Sequence[str], **options: Any) -> Any:  # noqa: ANN401 - as Dagster has it
    """Start one of the processes of ``dagster dev``."""
    return _open_process([_SERVERS.get(part, part) for part in parts], **options)


if __name__ == "__main__":
    dev.open_ipc_subprocess = open_process
    dev.dev_command(prog_name="dagster dev")
