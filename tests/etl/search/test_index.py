from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.load.lock import LockNotHeldError, hold_lock
from etl.load.warehouse import Warehouse
from etl.search.index import build_index, find_index
from etl.search.questions import search_papers
from etl.search.segments import SEGMENT_PAPERS, Segment, choose_kept
from tests.etl.search.conftest import TEXTS, index_texts, make_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.search.index import SearchIndex

QUESTIONS = (
    "sparse",
    "language -video",
    '"language model"',
    "transf*",
    "mod*",
    '"language mod"*',
    '"models of video"',
    "dense attention",
    "models",
)


def answer(index: SearchIndex) -> list[list[tuple[str, object, object]]]:
    found = [search_papers(index, question, limit=99) for question in QUESTIONS]
    return [[(hit.title, pytest.approx(hit.score), hit.abstract) for hit in one.hits] for one in found]


def count_rows(index: SearchIndex, table: str) -> int:
    with duckdb.connect(index.catalog, read_only=True) as connection:
        return connection.table(table).shape[0]


def test_an_index_that_grew_answers_as_one_that_was_built_at_once(warehouse: Warehouse, tmp_path: Path):
    few = dict(list(TEXTS.items())[:4])
    changed = {**TEXTS, "Sparse Attention": "Now about language models, dense ones."}
    index_texts(warehouse, few)
    index_texts(warehouse, TEXTS)
    grown = index_texts(warehouse, {title: changed[title] for title in list(changed)[:-1]})
    whole = index_texts(Warehouse(tmp_path / "other"), {title: changed[title] for title in list(changed)[:-1]})
    assert answer(grown) == answer(whole)
    assert any(answer(grown))


def test_texts_that_stay_are_linked_and_not_indexed_again(warehouse: Warehouse):
    before = index_texts(warehouse, TEXTS)
    after = index_texts(warehouse, {**TEXTS, "One More": "A paper of other words."})
    assert [segment.count for segment in after.segments] == [len(TEXTS), 1]
    for kind in ("postings", "pairs", "abstracts", "vocabulary"):
        assert after.list_files(kind)[0].samefile(before.list_files(kind)[0])


def test_a_text_that_went_is_dead_and_never_found(warehouse: Warehouse):
    index_texts(warehouse, TEXTS)
    after = index_texts(warehouse, {title: text for title, text in TEXTS.items() if title != "Dense Retrieval"})
    assert [hit.title for hit in search_papers(after, "sparse", limit=9).hits] == ["Sparse Attention"]
    assert count_rows(after, "search_dead") == 1


def test_the_same_release_is_indexed_once(warehouse: Warehouse):
    first = index_texts(warehouse, TEXTS)
    written = first.catalog.stat().st_mtime_ns
    second = index_texts(warehouse, TEXTS)
    assert second == first
    assert second.catalog.stat().st_mtime_ns == written


@pytest.mark.parametrize("lost", ["search.duckdb", "index.json", "pairs-0000000000.parquet"])
def test_an_index_that_is_not_whole_is_none_and_is_built_again(warehouse: Warehouse, lost: str):
    release = make_release(warehouse, TEXTS)
    with hold_lock(warehouse) as lock:
        first = build_index(warehouse, release, lock=lock)
        answers = answer(first)
        (first.folder / lost).unlink()
        assert find_index(warehouse, release) is None
        assert answer(build_index(warehouse, release, lock=lock)) == answers


def test_an_index_that_was_copied_is_none(warehouse: Warehouse, tmp_path: Path):
    first = index_texts(warehouse, TEXTS)
    copy = Warehouse(tmp_path / "copy")
    shutil.copytree(warehouse.root, copy.root, symlinks=True)
    assert find_index(warehouse, make_release(warehouse, TEXTS)) == first
    assert find_index(copy, make_release(copy, TEXTS)) is None


def test_without_the_lock_nothing_is_built(warehouse: Warehouse):
    with hold_lock(warehouse) as lock:
        pass
    with pytest.raises(LockNotHeldError):
        build_index(warehouse, make_release(warehouse, TEXTS), lock=lock)


def test_a_release_without_papers_has_an_index(warehouse: Warehouse):
    assert search_papers(index_texts(warehouse, {}), "sparse", limit=1).hits == []


def test_nothing_is_left_in_staging(warehouse: Warehouse):
    index_texts(warehouse, TEXTS)
    assert list(warehouse.staging.iterdir()) == []


@given(news=st.lists(st.integers(1, 400), min_size=1, max_size=40))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_segments_stay_few_and_every_text_is_in_one(news: list[int]):
    segments: list[Segment] = []
    end = 0
    for new in news:
        kept = choose_kept(segments, {one.first: one.count for one in segments}, new)
        fresh = new + sum(one.count for one in segments if one not in kept)
        segments, end = [*kept, Segment(end, fresh)], end + fresh
    assert sum(one.count for one in segments) == sum(news)
    assert len(segments) <= 2 + 2 * sum(news).bit_length()


def test_a_segment_that_is_mostly_dead_is_indexed_anew_and_a_full_one_stays():
    full, sparse = Segment(0, SEGMENT_PAPERS), Segment(SEGMENT_PAPERS, 100)
    assert choose_kept([full, sparse], {0: SEGMENT_PAPERS, SEGMENT_PAPERS: 40}, new=3) == [full]
