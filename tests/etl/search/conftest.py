"""A few papers with words that a test can count, in releases that hold papers alone."""

from __future__ import annotations

import hashlib

import pytest

from etl.load.lock import hold_lock
from etl.load.reader import Release
from etl.load.tables import list_files, write_table
from etl.load.warehouse import Warehouse
from etl.search.index import SearchIndex, build_index
from schemas import TABLES
from tests.conftest_tables import make_rows

TEXTS = {
    "Sparse Attention": "A sparse language model looks at few words, and a language is a model of them.",
    "Language Models for Video": "Models of video, with attention.",
    "On Schrödinger's Cat": "Quantum attention in GPT-4 and gpt 4o.",
    "Models of Language": None,
    "Dense Retrieval": "Nothing sparse at all: dense, dense, dense.",
    "C++ in 日本 <script>\x1b[31m": 'Quotes "here" and 100 % more; transformers transform a transformation.',
}


def make_release(warehouse: Warehouse, texts: dict[str, str | None], *, partitions: int = 1) -> Release:
    """Write a release of papers with these titles and abstracts; as named as its texts are."""
    rows = [
        {
            "paper_id": make_paper_id(title),
            "title": title,
            "abstract": abstract,
            "organization_handle": "Lamp-Lab" if "Models" in title else None,
            "listing_count": 1,
            "dump_count": 1,
        }
        for title, abstract in texts.items()
    ]
    name = hashlib.sha256(repr(sorted(texts.items(), key=str)).encode()).hexdigest()[:32]
    folder = warehouse.releases / name
    for table in [] if folder.exists() else TABLES:
        papers = rows if table == "papers" else []
        write_table(make_rows(table, papers), table, folder, partitions=partitions if papers else 1)
    files = {table: [str(path.relative_to(folder)) for path in list_files(folder / table)] for table in TABLES}
    manifest = {"tables": {table: {"files": [{"path": path} for path in paths]} for table, paths in files.items()}}
    return Release(name, folder, manifest)


def make_paper_id(title: str) -> str:
    return hashlib.sha256(title.encode()).hexdigest()[:32]


def index_texts(warehouse: Warehouse, texts: dict[str, str | None]) -> SearchIndex:
    """Build the index of a release with these texts, out of whatever index the warehouse has."""
    with hold_lock(warehouse) as lock:
        return build_index(warehouse, make_release(warehouse, texts), lock=lock)


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return index_texts(Warehouse(tmp_path_factory.mktemp("search") / "warehouse"), TEXTS)
