"""How it is done: raw dumps become a published release.

``pipeline`` is the table of contents. Imports ``schemas``, never ``dagster``. Whoever only reads releases needs
:func:`open_release` alone; it is fetched when it is first asked for, since it brings polars and duckdb with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.load.stored import open_release

__all__ = ["open_release"]


def __getattr__(name: str) -> object:
    """Fetch what the package offers."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from etl.load import stored  # noqa: PLC0415 - that it comes late is the point

    return getattr(stored, name)
