"""Dagster's web server for whoever may start builds: it answers its own pages, and no other site's.

Dagster itself runs whatever reaches it, also a mutation in the address of a GET: an image on any web page that the
user looks at could start a build here. ``paperhouse ui`` runs this module in the place of ``dagster_webserver``.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from dagster_webserver.cli import main
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN_SITES: Final = frozenset({"same-origin", "none"})
_REFUSAL: Final = "This address answers the Dagster UI alone: open it in a tab of its own.\n"


class OwnPagesOnly:
    """Refuses requests that a page of another site made, or that came under a name that is not this machine's."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        """Answer a request, or refuse it."""
        if scope["type"] in {"http", "websocket"}:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            if not is_own_request(scope.get("method", "GET"), scope["path"], headers):
                await self._refuse(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(_REFUSAL, status_code=403)(scope, receive, send)


def is_own_request(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from the UI's own pages, or from a program on this machine.

    >>> is_own_request("POST", "/graphql", {"host": "127.0.0.1:3000", "origin": "http://127.0.0.1:3000"})
    True
    >>> is_own_request("POST", "/graphql", {"host": "127.0.0.1:3000", "origin": "https://elsewhere.example"})
    False
    """
    host = headers.get("host", "")
    origin = headers.get("origin")
    is_navigation = headers.get("sec-fetch-mode") == "navigate" and method == "GET"
    is_own_site = headers.get("sec-fetch-site", "none") in _OWN_SITES or is_navigation
    # Old browsers name no site; the UI itself never asks by GET.
    is_page = path.rstrip("/") != "/graphql" or method != "GET" or _asks_for_page(headers)
    is_own_origin = origin is None or urlsplit(origin).netloc == host
    return _is_this_machine(host) and is_own_site and is_own_origin and is_page


def _asks_for_page(headers: Mapping[str, str]) -> bool:
    return "text/html" in headers.get("accept", "") or "websocket" in headers.get("upgrade", "").lower()


def _is_this_machine(host: str) -> bool:
    """Tell whether a Host header names this machine: a name of another could be made to lead here."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def build_middleware(server: DagsterWebserver) -> list[Middleware]:
    """Put the guard before all that Dagster puts there."""
    return [Middleware(OwnPagesOnly), *_build_middleware(server)]


_build_middleware: Final = DagsterWebserver.build_middleware

if __name__ == "__main__":
    DagsterWebserver.build_middleware = build_middleware  # type: ignore[method-assign]
    main()
