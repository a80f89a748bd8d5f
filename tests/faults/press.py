"""A process that publishes small releases as often as it is asked to, each time in a child that may die.

The tables are those of ``tests/conftest_tables.py`` with a sign behind every title, a different one in each variant,
so that a reader can tell whether two tables are of one release. They are published by ``etl.load.release`` as it is,
with two savings, since they are the same all the time: what only reads (rules, hashes of rows, gates, the text of
documents) is remembered by the bytes that were read, and the DuckDB file, unless a real one is asked for, is a copy of
one made before.

A child is forked, which polars does not survive; nothing that is left to it uses polars.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final

from etl.load import catalog as catalog_module
from etl.load import documents as documents_module
from etl.load import draft as draft_module
from etl.load import release as release_module
from etl.load.files import create_file, flush_file, hash_file
from etl.load.lock import hold_lock
from tests.conftest_tables import change_titles, make_tables, write_tables
from tests.faults.watch import run_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from tests.faults.watch import Decide, Outcome

VARIANTS: Final = ("!", "?")


class Press:
    """Publishes variants in a warehouse; knows what each one's release is called."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Write the variants' tables and publish each for real, with every check, and remember what was found."""
        self.warehouse = warehouse
        self.release_ids: dict[str, str] = {}
        self._tables: dict[str, dict[str, Path]] = {}
        self._documents: dict[tuple[str, str], str] = {}
        self._known: dict[tuple[str, ...], Any] = {}
        self.catalogs: dict[str, bytes] = {}
        """The DuckDB file of each release."""
        warehouse.create_folders()
        tables = make_tables()
        with self._remember():
            for sign in VARIANTS:
                folder = warehouse.state / "press" / str(len(self._tables))
                self._tables[sign] = write_tables({**tables, **change_titles(tables, sign)}, folder)
                self.release_ids[sign] = self._publish(sign)
        for release_id in self.release_ids.values():
            self.catalogs[release_id] = (warehouse.releases / release_id / catalog_module.CATALOG_NAME).read_bytes()

    def run(
        self, sign: str, decide: Decide | None = None, *, scope: str = "opening", real_catalog: bool = False
    ) -> Outcome:
        """Publish a variant in a child and wait for its end; see ``run_child``."""

        def work() -> dict[str, str]:
            with self._recall(real_catalog=real_catalog):
                return {"release_id": self._publish(sign)}

        return run_child(work, self.warehouse.root, decide, scope=scope)

    def publish_here(self, sign: str, *, wait: bool) -> str:
        """Publish a variant in this process; gives its release."""
        with self._recall(real_catalog=False):
            return self._publish(sign, wait=wait)

    def _publish(self, sign: str, *, wait: bool = True) -> str:
        with hold_lock(self.warehouse, wait=wait) as lock:
            release = release_module.publish(self.warehouse, self._tables[sign], lock=lock, facts={})
        return release.release_id

    @contextlib.contextmanager
    def _remember(self) -> Iterator[None]:
        def learn(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
            def look(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the function takes
                found = function(*arguments)
                self._known[_find_key(name, arguments)] = found
                return found

            return look

        def learn_document(name: str, render: Callable[..., str]) -> Callable[..., str]:
            def look(release: Release, before: Release | None) -> str:
                return self._documents.setdefault((name, release.release_id), render(release, before))

            return look

        documents = {name: learn_document(name, render) for name, render in documents_module.DOCUMENTS.items()}
        with (
            _replace(draft_module, {name: learn(name, getattr(draft_module, name)) for name in _READERS}),
            _replace(documents_module, {"DOCUMENTS": documents}),
        ):
            yield

    @contextlib.contextmanager
    def _recall(self, *, real_catalog: bool) -> Iterator[None]:
        def look_up(name: str) -> Callable[..., Any]:
            return lambda *arguments: self._known[_find_key(name, arguments)]

        def look_up_document(name: str) -> Callable[..., str]:
            return lambda release, _: self._documents[name, release.release_id]

        documents = {name: look_up_document(name) for name in documents_module.DOCUMENTS}
        catalog = {} if real_catalog else {"build_catalog": self._copy_catalog, "is_catalog_usable": self._is_usable}
        with (
            _replace(draft_module, {name: look_up(name) for name in _READERS}),
            _replace(documents_module, {"DOCUMENTS": documents}),
            _replace(release_module, catalog),
        ):
            yield

    def _copy_catalog(self, folder: Path) -> None:
        unfinished = folder / catalog_module._UNFINISHED_NAME
        for leftover in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
            leftover.unlink(missing_ok=True)
        with create_file(unfinished) as file:
            file.write(self.catalogs[folder.name])
        unfinished.replace(folder / catalog_module.CATALOG_NAME)
        flush_file(folder)

    def _is_usable(self, folder: Path) -> bool:
        path = folder / catalog_module.CATALOG_NAME
        return path.is_file() and path.read_bytes() == self.catalogs[folder.name]


def take_flushing_away() -> None:
    """Let nothing be flushed to the disk from here on, to show that a test misses it."""
    os.fsync = lambda _: None


_READERS: Final = ("verify_table", "check_gates", "_count_inputs")
"""Functions of ``etl.load.draft`` that only read the tables' files."""


def _find_key(name: str, arguments: Sequence[Any]) -> tuple[str, ...]:
    """Name what a function was called for, and the bytes of the files it was given."""
    key = [name]
    for argument in arguments:
        for part in argument.values() if isinstance(argument, dict) else (argument,):
            if isinstance(part, str):
                key.append(part)
            elif isinstance(part, (list, tuple)):
                key += [hash_file(file) for file in part]
    return tuple(key)


@contextlib.contextmanager
def _replace(module: ModuleType, replacements: dict[str, Any]) -> Iterator[None]:
    before = {name: getattr(module, name) for name in replacements}
    for name, replacement in replacements.items():
        setattr(module, name, replacement)
    try:
        yield
    finally:
        for name, original in before.items():
            setattr(module, name, original)
