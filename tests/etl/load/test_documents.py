from __future__ import annotations

from typing import TYPE_CHECKING

from etl.load import documents
from etl.load.documents import DOCUMENTS
from etl.load.files import hash_file, unseal_folder
from tests.conftest_tables import change_titles

if TYPE_CHECKING:
    import polars as pl
    import pytest

    from etl.load.reader import Release
    from tests.etl.load.conftest import Publish


def test_manifest_names_every_document_with_its_size_and_hash(release: Release) -> None:
    entries = release.manifest["documents"]

    assert [entry["path"] for entry in entries] == list(DOCUMENTS)
    for entry in entries:
        path = release.path / entry["path"]
        assert (entry["bytes"], entry["sha256"]) == (path.stat().st_size, hash_file(path))


def test_document_reads_the_new_release_and_the_one_before(
    monkeypatch: pytest.MonkeyPatch, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    def count(release: Release, before: Release | None) -> str:
        return f"{before.read('papers').height if before else None} -> {release.read('papers').height}"

    monkeypatch.setattr(documents, "DOCUMENTS", {"count.txt": count})
    first = publish_tables()
    second = publish_tables(change_titles(tables))

    assert (first.path / "count.txt").read_text(encoding="utf-8") == "None -> 4"
    assert (second.path / "count.txt").read_text(encoding="utf-8") == "4 -> 4"


def test_release_with_a_changed_document_is_made_again(publish_tables: Publish) -> None:
    first = publish_tables()
    unseal_folder(first.path)
    changed = first.path / "DICTIONARY.md"
    text = changed.read_bytes()
    changed.unlink()
    changed.write_bytes(text[:-1])

    publish_tables()

    assert changed.read_bytes() == text
