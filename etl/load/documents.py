"""What a release says of itself beside its tables and its DuckDB file: a file of text for each entry of ``DOCUMENTS``.

This list is the only place that knows them, but for those that whoever publishes adds: what draws pictures stands above
this package. Each is rendered before the release is seen by anybody, written and flushed
with it, and named in the manifest with its size and hash. It may speak of the release and of the one before it, and of
nothing else: no clock, no path of this machine.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from etl.load.catalog import render_views
from etl.load.files import create_file
from schemas.dictionary import render_dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.load.reader import Release

    Render = Callable[[Release, Release | None], str]


def render_release_dictionary(_: Release, __: Release | None) -> str:
    """Render the dictionary of all tables, views and macros."""
    return f"{render_dictionary()}\n{render_views()}"


DOCUMENTS: Final[Mapping[str, Render]] = {
    "DICTIONARY.md": render_release_dictionary,
}
"""Each document's file name, and what renders it.

It is given the release in the making (all of its tables can be read; its manifest names no documents yet) and the
release that was current before it, None for the first.
"""


def write_documents(
    release: Release, before: Release | None, added: Mapping[str, Render] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """Render all documents, and those that are added, into the folder of a release in the making.

    Gives their entries for its manifest.
    """
    entries = []
    for name, render in (*DOCUMENTS.items(), *added.items()):
        content = render(release, before).encode()
        with create_file(release.path / name) as file:
            file.write(content)
        entries.append({"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    return entries
