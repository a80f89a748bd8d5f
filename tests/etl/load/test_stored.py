"""A warehouse in a store: two writers, readers, and stores that do not serve. The store is moto's, on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
import polars as pl
import pyarrow.dataset as ds
import pyarrow.fs as pafs
import pytest

import etl
from etl import store
from etl.load import pointer, upload
from etl.load.download import StoredFileDamagedError, fetch_current
from etl.load.lock import hold_lock
from etl.load.pointer import (
    ConditionsMissingError,
    PointerInvalidError,
    PointerMovedError,
    move_pointer,
    read_pointer,
)
from etl.load.reader import TableUnknownError, open_release
from etl.load.stored import StoredReleaseDamagedError, StoredReleaseMissingError
from etl.load.upload import Sent, UploadDamagedError, push_release
from etl.load.warehouse import Warehouse
from etl.store import Place, StoreRefusedError, StoreUnknownError, find_place, name_root
from schemas import TABLES
from tests.conftest_tables import make_tables, publish_release, publish_tables

if TYPE_CHECKING:
    from etl.load.pointer import Pointer
    from etl.load.reader import Release


ABC = "abc" + "0" * 29


@pytest.fixture
def house(s3: str) -> Place:
    return find_place(f"{s3}/teams/papers")


@pytest.fixture
def release(warehouse: Warehouse) -> Release:
    return publish_release(warehouse)


def fetch(warehouse: Warehouse, house: Place) -> Pointer | None:
    with hold_lock(warehouse, wait=False) as lock:
        return fetch_current(warehouse, house, lock)


def list_keys(house: Place) -> set[str]:
    return {str(meta["path"]) for batch in obstore.list(house.open()) for meta in batch}


def test_a_release_is_read_where_it_lies(house: Place, release: Release):
    push_release(release, house, None)
    stored = etl.open_release(house.url)
    assert stored.release_id == release.release_id
    for table in TABLES:
        assert stored.read(table).equals(release.read(table))
    assert stored.scan("papers").select(pl.len()).collect().item() == release.read("papers").height
    with pytest.raises(TableUnknownError, match="there is no table 'cats'"):
        stored.list_urls("cats")


def test_arrow_reads_it_too(house: Place, release: Release):
    push_release(release, house, None)
    system, _ = pafs.FileSystem.from_uri(house.url)
    paths = [url.removeprefix("s3://") for url in etl.open_release(house.url).list_urls("listings")]
    assert ds.dataset(paths, filesystem=system).count_rows() == release.read("listings").height


DUCKDB = """
import duckdb, json, os, sys
from importlib.resources import files
urls, endpoint = json.loads(sys.argv[1]), os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
extension = next(files("duckdb_extension_httpfs").joinpath("extensions").rglob("httpfs.duckdb_extension"))
house = duckdb.connect()
house.execute(f"LOAD '{extension}'")
house.execute(f"CREATE SECRET (TYPE s3, KEY_ID 'somebody', SECRET 'secret', ENDPOINT '{endpoint}', "
              "URL_STYLE 'path', USE_SSL false)")
print(house.execute("SELECT count(*), count(DISTINCT paper_id) FROM read_parquet(?)", [urls]).fetchall())
"""


def test_duckdb_reads_it_too(house: Place, release: Release, repo_root: Path):
    python = repo_root / ".checkers" / "httpfs" / "bin" / "python"
    if not python.is_file():
        pytest.skip("needs the environment .checkers/httpfs: make checkers installs it from its lock")
    push_release(release, house, None)
    urls = json.dumps(etl.open_release(house.url).list_urls("papers"))
    done = subprocess.run([str(python), "-c", DUCKDB, urls], capture_output=True, text=True, check=False)
    papers = release.read("papers").height
    assert (done.stdout.strip(), done.stderr) == (f"[({papers}, {papers})]", "")


def test_a_reader_stays_in_its_release(house: Place, release: Release):
    push_release(release, house, None)
    before = etl.open_release(house.url)
    move_pointer(house, "f" * 32, "0" * 64, read_pointer(house))
    assert before.read("papers").equals(release.read("papers"))
    assert etl.open_release(house.url, release=release.release_id).release_id == release.release_id
    with pytest.raises(StoredReleaseMissingError, match=f"there is no release {'f' * 32}"):
        etl.open_release(house.url)


def test_of_two_writers_one_wins_and_the_other_is_told(house: Place, release: Release):
    push_release(release, house, None)
    seen = read_pointer(house)
    move_pointer(house, "a" * 32, "0" * 64, seen)
    with pytest.raises(PointerMovedError, match="another writer has published meanwhile"):
        push_release(release, house, seen)
    with pytest.raises(PointerMovedError):
        push_release(release, house, None)
    assert read_pointer(house).release_id == "a" * 32
    assert read_pointer(house).before == (release.release_id,)


def test_what_is_there_is_not_sent_again(house: Place, release: Release):
    sent = push_release(release, house, None)
    assert sent.written_bytes > 0
    assert (sent.copied_bytes, sent.found_bytes) == (0, 0)
    assert push_release(release, house, read_pointer(house)) == Sent()
    move_pointer(house, "a" * 32, "0" * 64, read_pointer(house))
    assert push_release(release, house, read_pointer(house)) == Sent(found_bytes=sent.written_bytes)
    assert read_pointer(house).before == ("a" * 32, release.release_id)


def test_what_the_release_before_has_is_copied_in_the_store(house: Place, release: Release, warehouse: Warehouse):
    push_release(release, house, None)
    tables = make_tables()
    renamed = tables["inputs"].with_columns(pl.concat_str(pl.lit("old-"), "path").alias("path"))
    other = publish_tables(warehouse, {**tables, "inputs": renamed})
    sent = push_release(other, house, read_pointer(house), before=release)
    assert sent.copied_bytes >= sum(
        table["bytes"] for name, table in other.manifest["tables"].items() if name != "inputs"
    )
    assert sent.written_bytes > 0
    assert etl.open_release(house.url).release_id == other.release_id != release.release_id
    assert etl.open_release(house.url).read("papers").equals(release.read("papers"))


def test_a_damaged_object_is_not_copied_into_the_next_release(house: Place, release: Release, warehouse: Warehouse):
    push_release(release, house, None)
    broken = find_place(etl.open_release(house.url).list_urls("papers")[0])
    raw = bytes(obstore.get(broken.open(), broken.key).bytes())
    obstore.put(broken.open(), broken.key, bytes([raw[0] ^ 1]) + raw[1:])
    tables = make_tables()
    renamed = tables["inputs"].with_columns(pl.concat_str(pl.lit("old-"), "path").alias("path"))
    other = publish_tables(warehouse, {**tables, "inputs": renamed})
    push_release(other, house, read_pointer(house), before=release)
    assert etl.open_release(house.url).read("papers").equals(other.read("papers"))


def test_a_damaged_object_is_written_anew(house: Place, release: Release):
    push_release(release, house, None)
    broken = find_place(etl.open_release(house.url).list_urls("papers")[0])
    obstore.put(broken.open(), broken.key, b"torn")
    assert push_release(release, house, read_pointer(house)).written_bytes > 0
    assert etl.open_release(house.url).read("papers").equals(release.read("papers"))


def test_an_upload_that_does_not_arrive_publishes_nothing(
    house: Place, release: Release, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(upload.obstore, "put", lambda *_, **__: None)
    monkeypatch.setattr(upload, "require_conditions", lambda _: None)
    with pytest.raises(UploadDamagedError, match="has other bytes than were written to it; nothing was published"):
        push_release(release, house, None)
    assert list_keys(house) == set()


def test_the_stores_release_becomes_the_local_one(house: Place, release: Release, tmp_path: Path):
    push_release(release, house, None)
    there = Warehouse(tmp_path / "there")
    assert fetch(there, house).release_id == release.release_id
    fetched = open_release(there)
    assert fetched.manifest == release.manifest
    with fetched.connect() as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (release.read("papers").height,)
    assert fetch(there, house).release_id == release.release_id


def test_a_store_with_nothing_in_it_is_no_error_for_a_writer(house: Place, warehouse: Warehouse):
    assert fetch(warehouse, house) is None
    with pytest.raises(StoredReleaseMissingError, match="nothing was published there yet"):
        etl.open_release(house.url)


@pytest.mark.parametrize("damage", [b"torn", None], ids=["other bytes", "gone"])
def test_a_damaged_release_in_the_store_is_not_built_on(
    house: Place, release: Release, tmp_path: Path, damage: bytes | None
):
    push_release(release, house, None)
    broken = find_place(etl.open_release(house.url).list_urls("papers")[0])
    if damage is None:
        obstore.delete(broken.open(), broken.key)
    else:
        obstore.put(broken.open(), broken.key, damage)
    there = Warehouse(tmp_path / "there")
    with pytest.raises(StoredFileDamagedError, match="is missing, or has other bytes"):
        fetch(there, house)
    assert not there.current.exists()
    assert list(there.staging.iterdir()) == []


def test_another_manifest_than_the_published_one_is_refused(house: Place, release: Release):
    push_release(release, house, None)
    at = house.below(f"releases/{release.release_id}/MANIFEST.json")
    obstore.put(at.open(), at.key, json.dumps({**release.manifest, "facts": {}}).encode())
    with pytest.raises(StoredReleaseDamagedError, match="is not the manifest that was published"):
        etl.open_release(house.url)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "no JSON",
        '{"pointer_version": 9}',
        '{"pointer_version": 1, "release_id": 1, "manifest_sha256": "", "committed_at": "", "before": []}',
        '{"pointer_version": 1, "release_id": "../x", "manifest_sha256": "", "committed_at": "", "before": []}',
        f'{{"pointer_version": 1, "release_id": "{ABC}", "manifest_sha256": 3, "committed_at": "", "before": []}}',
        f'{{"pointer_version": 1, "release_id": "{ABC}", "manifest_sha256": "", "committed_at": "", "before": [1]}}',
    ],
)
def test_a_pointer_of_others_is_refused(house: Place, text: str):
    at = house.below("current.json")
    obstore.put(at.open(), at.key, text.encode())
    with pytest.raises(PointerInvalidError, match=re.escape(f"{house.url}/current.json is no pointer of version 1")):
        read_pointer(house)


def test_a_store_that_does_not_heed_conditions_is_refused(
    house: Place, release: Release, monkeypatch: pytest.MonkeyPatch
):
    def put_anyway(store: Any, key: str, data: bytes, mode: object) -> None:  # noqa: ANN401, ARG001 - as the other
        obstore.put(store, key, data)

    monkeypatch.setattr(pointer, "_put", put_anyway)
    with pytest.raises(ConditionsMissingError, match="does not heed conditional writes"):
        push_release(release, house, None)
    assert list_keys(house) == set()


def push_refused(release: Release, url: str) -> str:
    store._open_bucket.cache_clear()
    with pytest.raises(StoreRefusedError) as caught:
        push_release(release, find_place(url), None)
    store._open_bucket.cache_clear()
    return str(caught.value)


def test_what_is_wrong_with_a_store_is_said_in_a_sentence(s3: str, release: Release, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "_RETRIES", 0)
    assert push_refused(release, "s3://nowhere/papers") == (
        "s3://nowhere: there is no such bucket; make it, or name another"
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert push_refused(release, f"{s3}/papers").startswith(f"{s3}/papers: the store cannot be reached; check the net")


def test_who_may_not_write_there_is_told(
    s3: str, release: Release, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    monkeypatch.setattr(store, "_RETRIES", 0)
    request.addfinalizer(lambda: ask_for_names(after="inf"))
    ask_for_names(after="0")
    assert push_refused(release, f"{s3}/papers") == (
        f"{s3}/papers: access is denied; check the credentials, and that they may list, read and write there"
    )


def ask_for_names(*, after: str) -> None:
    """Let the server check who asks, after so many requests."""
    place = f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
    urllib.request.urlopen(urllib.request.Request(place, after.encode(), {"Content-Type": "text/plain"})).close()  # noqa: S310 - ours


def test_without_credentials_it_is_said_which_to_set(s3: str, release: Release, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "_RETRIES", 0)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1/metadata.of.nobody")
    assert "there are no credentials for it; set AWS_ACCESS_KEY_ID" in push_refused(release, f"{s3}/papers")


@pytest.mark.parametrize("url", ["ftp://host/papers", "s3://", "://x"])
def test_a_url_of_no_store_is_refused(url: str):
    with pytest.raises(StoreUnknownError, match="names no store: write it as s3://"):
        name_root(url)
    assert name_root("file:///data/a%20b") == Path("/data/a b")
