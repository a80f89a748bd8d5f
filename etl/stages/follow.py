"""Publishing to a warehouse in a store: a release follows the one that is current there, or is not published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from etl.load.download import fetch_current
from etl.load.pointer import PointerMovedError
from etl.load.reader import CURRENT, open_release
from etl.load.upload import push_release
from etl.stages.stored_results import list_sent_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from etl.load.lock import Lock
    from etl.load.release import Release
    from etl.load.warehouse import Warehouse
    from etl.store import Place

TRIES: Final = 3
"""How often a release is published on what another writer has just published, before it is given up."""


def follow_store(  # noqa: PLR0913 - the options of one act, each by its name
    warehouse: Warehouse,
    store: Place,
    publish: Callable[..., Release],
    *,
    lock: Lock,
    sent: Sequence[Place] = (),
    dry_run: bool = False,
    on_lost: Callable[[str], None] | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Release:
    """Publish in the local warehouse on what is current in the store, and make the same release current there.

    ``publish`` does the former, on the release to ``follow``, which is the store's and first becomes the local one; in
    a ``dry_run`` it only comes to lie beside that. Who loses a race to another writer hears it by ``on_lost``, and does
    it again on what won. Files that the results in ``sent`` have are copied inside the store.
    Errors: those of ``publish``, ``fetch_current`` and ``push_release``; the store's release before stays current.
    """
    step = on_step or (lambda _: None)
    lost = 0
    while True:
        step("fetch")
        seen = fetch_current(warehouse, store, lock, dry_run=dry_run)
        before = None if seen is None else open_release(warehouse, release=seen.release_id)
        release = publish(follow=CURRENT if seen is None else seen.release_id)
        if dry_run:
            return release
        step("upload")
        try:
            held = {digest: place for result in sent for digest, place in list_sent_files(result).items()}
            push_release(release, store, seen, before=before, held=held)
        except PointerMovedError as error:
            lost += 1
            if lost == TRIES:
                raise
            if on_lost is not None:
                on_lost(f"{error}; this is done now.")
        else:
            return release
