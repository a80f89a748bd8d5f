"""Publishing: from a build's tables to a release that readers see whole, or not at all.

All is put together in ``staging/``, unseen. Renaming the finished folder into ``releases/`` still shows it to nobody:
the one commit point is the moment ``current`` is replaced. Whatever fails before leaves ``current`` as it was.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pyarrow as pa

from etl.errors import PaperhouseError, shorten_error
from etl.load.catalog import build_catalog, is_catalog_usable
from etl.load.draft import Terms, check_space, list_sources, prepare_draft
from etl.load.files import flush_file, remove_folder, seal_folder, unseal_folder
from etl.load.intact import is_intact
from etl.load.log import record_release
from etl.load.manifest import ManifestUnreadableError
from etl.load.reader import CURRENT, Release, ReleaseMissingError, open_release, read_current_id
from etl.load.retention import mark_current, remove_old_releases
from etl.load.staging import hold_staging, sweep_staging
from etl.load.standing import find_checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from etl.load.documents import Render
    from etl.load.lock import Lock
    from etl.load.warehouse import Warehouse

__all__ = ["Release", "publish"]


class PublishFailedError(PaperhouseError):
    """The file system or a library refused a step before the commit."""

    def __init__(self, step: str, error: Exception) -> None:
        """Name the step and the reason."""
        super().__init__(
            f"nothing was published, since step '{step}' failed ({shorten_error(error)}): mend this, and build again"
        )


class CommitUncertainError(PaperhouseError):
    """The release is current, but something after that failed."""

    def __init__(self, release_id: str, step: str, error: Exception) -> None:
        """Name the release, the step and the reason."""
        super().__init__(
            f"release {release_id} is committed, durability unknown: step '{step}' after the commit failed "
            f"({shorten_error(error)}); mend this and build again, which does no harm"
        )


class _Steps:
    """Tells who listens which step begins, and remembers it for errors."""

    def __init__(self, on_step: Callable[[str], None] | None) -> None:
        self._on_step = on_step
        self.current = "start"

    def begin(self, step: str) -> None:
        self.current = step
        if self._on_step:
            self._on_step(step)


def publish(  # noqa: PLR0913 - the options of one act, each by its name
    warehouse: Warehouse,
    tables: Mapping[str, Path],
    *,
    lock: Lock,
    facts: Mapping[str, Any],
    documents: Mapping[str, Render] = MappingProxyType({}),
    dry_run: bool = False,
    allow_shrink: bool = False,
    accept_break: str | None = None,
    follow: str = CURRENT,
    on_step: Callable[[str], None] | None = None,
) -> Release:
    """Publish a build's tables as a release and make it the current one.

    ``tables`` names for each table of the contract the folder with its Parquet files, in published form and in key
    order by name; they are linked, not copied, and must not change afterwards. ``facts`` go to the manifest as they
    are (JSON; with ``input_roots`` a release that shrinks by more than half is refused, unless ``allow_shrink``).
    ``documents`` are rendered beside those of ``etl.load.documents``; ``accept_break`` is the reason why data may
    change so that readers break. ``on_step`` is told each step as it begins: link, verify, compare, gates, documents
    and, unless a ``dry_run`` ends there, place, catalog, seal, commit, flush, log, clean. What differs from the release
    before, which is the current one or the one named by ``follow``, stands in the manifest under ``changes``.

    Errors: whatever is wrong with tables, disk or lock raises a ``PaperhouseError`` that says so; ``current`` is
            unchanged and ``staging/`` empty. After the commit that error is ``CommitUncertainError``.
    """
    lock.require(warehouse)
    steps = _Steps(on_step)
    now = dt.datetime.now(dt.UTC)
    with hold_staging(warehouse) as staging:
        with _explain_failure(steps):
            sweep_staging(warehouse)
            sources = list_sources(tables)
            check_space(sources, staging)
            before = _open_before(warehouse, follow)
            terms = Terms(facts, documents, now, allow_shrink, accept_break)
            draft = prepare_draft(
                staging,
                sources,
                terms=terms,
                before=before,
                checked=find_checked(warehouse, before),
                begin=steps.begin,
            )
            release = Release(draft.release_id, warehouse.releases / draft.release_id, draft.manifest)
            if dry_run:
                return release
            with _place(draft.path, release.path, warehouse, staging, steps):
                steps.begin("commit")
                _commit(warehouse, release.path, staging, now)
        _finish(warehouse, release, staging, steps, now)
    return open_release(warehouse, release=release.release_id)


@contextlib.contextmanager
def _explain_failure(steps: _Steps) -> Iterator[None]:
    try:
        yield
    except (OSError, duckdb.Error, pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise PublishFailedError(steps.current, error) from error


def _open_before(warehouse: Warehouse, follow: str) -> Release | None:
    """Open the release to compare with; a damaged one is nothing to be compared with, only to be replaced."""
    try:
        return open_release(warehouse, release=follow)
    except (ReleaseMissingError, ManifestUnreadableError):
        return None


@contextlib.contextmanager
def _place(draft: Path, target: Path, warehouse: Warehouse, staging: Path, steps: _Steps) -> Iterator[None]:
    """Put the draft in its place, finish it there, and take it away again if the commit in the block fails."""
    steps.begin("place")
    is_new = not is_intact(target)
    if is_new:
        if target.exists():
            unseal_folder(target)
            target.rename(staging / "damaged")
        draft.rename(target)
        flush_file(warehouse.releases)
        flush_file(staging)
    try:
        steps.begin("catalog")
        if not is_catalog_usable(target):
            _rebuild_catalog(target)
        steps.begin("seal")
        seal_folder(target)
        flush_file(target)
        flush_file(warehouse.releases)
        yield
    except BaseException:
        # An interrupt may come right after the commit: what is current stays, whatever else is wrong.
        if is_new and read_current_id(warehouse) != target.name:
            unseal_folder(target)
            remove_folder(target.rename(staging / "withdrawn"))
        raise


def _rebuild_catalog(release_folder: Path) -> None:
    """Build the catalog anew; when that fails, a release that readers may be in is sealed as it was."""
    unseal_folder(release_folder)
    try:
        build_catalog(release_folder)
    except BaseException:
        seal_folder(release_folder)
        raise


def commit_release(warehouse: Warehouse, release: Release, staging: Path, now: dt.datetime, *, by: str) -> None:
    """Make a release that lies whole in its place the current one: commit, flush, record; the lock must be held.

    Errors: before the commit those of the system; after it ``CommitUncertainError``.
    """
    _commit(warehouse, release.path, staging, now)
    _finish(warehouse, release, staging, _Steps(None), now, by=by)


def adopt_release(
    warehouse: Warehouse, draft: Path, release_id: str, staging: Path, *, dry_run: bool = False
) -> Release:
    """Make a release the current one that was made elsewhere and lies whole in ``draft``; the lock must be held.

    Where the warehouse has that release already, ``draft`` need not be there. With ``dry_run`` it is put in its place,
    and what is current stays. Errors: as for :func:`publish`.
    """
    now = dt.datetime.now(dt.UTC)
    target = warehouse.releases / release_id
    steps = _Steps(None)
    with _explain_failure(steps), _place(draft, target, warehouse, staging, steps):
        if dry_run:
            mark_current(target, now)  # it is kept as long as one that was
        else:
            _commit(warehouse, target, staging, now)
    release = open_release(warehouse, release=release_id)
    if not dry_run:
        _finish(warehouse, release, staging, steps, now, by="fetch")
    return release


def _commit(warehouse: Warehouse, target: Path, staging: Path, now: dt.datetime) -> None:
    before = read_current_id(warehouse)
    if before and (warehouse.releases / before).is_dir():
        mark_current(warehouse.releases / before, now)
    mark_current(target, now)
    link = staging / "current"
    link.symlink_to(Path(warehouse.releases.name) / target.name)
    link.replace(warehouse.current)


def _finish(  # noqa: PLR0913, PLR0917 - all that a commit leaves to be done
    warehouse: Warehouse, release: Release, staging: Path, steps: _Steps, now: dt.datetime, by: str = "build"
) -> None:
    try:
        steps.begin("flush")
        flush_file(warehouse.root)
        steps.begin("log")
        record_release(warehouse, release.manifest, now.isoformat(timespec="seconds"), staging, by=by)
        steps.begin("clean")
        remove_old_releases(warehouse, now, staging)
        remove_folder(staging)
    except (OSError, PaperhouseError) as error:
        raise CommitUncertainError(release.release_id, steps.current, error) from error
