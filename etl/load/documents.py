"""What a release says of itself beside its tables and its DuckDB file: a file of text for each entry of ``DOCUMENTS``.

This list is the only place that knows them, but for those that whoever publishes adds: what draws pictures stands above
this package. Each is rendered before the release is seen by anybody, written and flushed
with it, and named in the manifest with its size and hash. It may speak of the release and of the one before it, and of
nothing else: no clock, no path of this machine.
"""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import yaml

from etl.load.catalog import render_views
from etl.load.change_notes import render_change_notes
from etl.load.files import create_file
from schemas.card import describe_card, render_card
from schemas.croissant import describe_croissant
from schemas.datacontract import describe_data_contract
from schemas.dictionary import render_dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.load.reader import Release

    Render = Callable[[Release, Release | None], str]

_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""That of libyaml, which is ten times as fast, where it is there; both write the same."""


def render_release_dictionary(_: Release, __: Release | None) -> str:
    """Render the dictionary of all tables, views and macros."""
    return f"{render_dictionary()}\n{render_views()}"


def render_release_card(release: Release, _: Release | None) -> str:
    """Render the card for dataset hubs, under the name that they read."""
    rows = count_rows(release)
    names = {name: release.manifest[name] for name in ("release_id", "content_id")}
    text = render_card(rows, **names, version=release.manifest["contract_version"])
    return f"---\n{render_yaml(describe_card(rows))}---\n\n{text}"


def render_croissant(release: Release, _: Release | None) -> str:
    """Render the Croissant metadata."""
    manifest = release.manifest
    described = describe_croissant(
        {name: table["files"] for name, table in manifest["tables"].items()},
        release_id=manifest["release_id"],
        version=f"{manifest['contract_version']}.0",
        published_on=manifest["created_at"][:10],
    )
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def render_data_contract(release: Release, _: Release | None) -> str:
    """Render the Open Data Contract."""
    return render_yaml(describe_data_contract(count_rows(release), release_id=release.release_id))


def render_yaml(value: object) -> str:
    """Render plain data as YAML, its parts in the order they have."""
    return str(yaml.dump(value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120))


def count_rows(release: Release) -> dict[str, int]:
    """Take the rows of each table from the manifest."""
    return {name: table["rows"] for name, table in release.manifest["tables"].items()}


DOCUMENTS: Final[Mapping[str, Render]] = {
    "DICTIONARY.md": render_release_dictionary,
    "CHANGES.md": render_change_notes,
    "README.md": render_release_card,
    "croissant.json": render_croissant,
    "datacontract.yaml": render_data_contract,
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
