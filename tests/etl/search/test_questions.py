from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.load.sql_files import list_search_files
from etl.search.questions import QuestionUnclearError, check_question, cut_snippet, search_papers, split_words
from tests.etl.search.conftest import TEXTS, index_texts

if TYPE_CHECKING:
    from etl.load.warehouse import Warehouse
    from etl.search.index import SearchIndex

SCRIPT_TITLE = next(title for title in TEXTS if "script" in title)
LETTERS = st.text(st.characters(codec="latin-1") | st.sampled_from("ßłđØæŒαΩЖé日本の_-'\"*.,+# \n"), max_size=40)


def find(index: SearchIndex, question: str, **filters: object) -> list[str]:
    return [hit.title for hit in search_papers(index, question, limit=99, **filters).hits]


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("sparse", {"Sparse Attention", "Dense Retrieval"}),
        ("SPARSE dense", {"Dense Retrieval"}),
        ('"language model"', {"Sparse Attention"}),
        ('"model language"', set()),
        ('"attention a sparse"', set()),
        ('"a model of them"', {"Sparse Attention"}),
        ('"a model of video"', set()),
        ('"of video with attention"', {"Language Models for Video"}),
        ('"dense dense dense"', {"Dense Retrieval"}),
        ('"dense dense dense dense"', set()),
        ('"attention"', {"Sparse Attention", "Language Models for Video", "On Schrödinger's Cat"}),
        ("language", {"Sparse Attention", "Language Models for Video", "Models of Language"}),
        ("language -video", {"Sparse Attention", "Models of Language"}),
        ('language -"language model"', {"Language Models for Video", "Models of Language"}),
        ("transform*", {SCRIPT_TITLE}),
        ('"language mod*"', set()),
        ('"language mod"*', {"Sparse Attention", "Language Models for Video"}),
        ('"sparse language mod"*', {"Sparse Attention"}),
        ("mod* -language", set()),
        ("schrodinger", {"On Schrödinger's Cat"}),
        ("SCHRÖDINGER'S", {"On Schrödinger's Cat"}),
        ("GPT-4", {"On Schrödinger's Cat"}),
        ("gpt-4o", {"On Schrödinger's Cat"}),
        ("4-gpt", set()),
        ("日本", {SCRIPT_TITLE}),
        ("dense dense", {"Dense Retrieval"}),
        ("nowhere", set()),
        ("sparse nowhere", set()),
    ],
)
def test_a_question_finds_these_papers(index: SearchIndex, question: str, titles: set[str]):
    assert set(find(index, question)) == titles


def test_the_title_counts_more_than_the_abstract(index: SearchIndex):
    assert find(index, "attention")[0] == "Sparse Attention"
    assert find(index, "models")[0] in {"Models of Language", "Language Models for Video"}


def test_scores_are_those_of_bm25(index: SearchIndex):
    words = {title: split_words(title) * 3 + split_words(abstract or "") for title, abstract in TEXTS.items()}
    lengths = {title: len(split_words(title)) + len(split_words(abstract or "")) for title, abstract in TEXTS.items()}
    mean = sum(lengths.values()) / len(lengths)

    def rate(title: str, word: str) -> float:
        found = sum(word in others for others in words.values())
        weight = words[title].count(word)
        rarity = math.log(1 + (len(words) - found + 0.5) / (found + 0.5))
        return rarity * weight * 2.2 / (weight + 1.2 * (0.25 + 0.75 * lengths[title] / mean))

    hits = search_papers(index, "attention language", limit=9).hits
    assert {hit.title: pytest.approx(hit.score) for hit in hits} == {
        title: rate(title, "attention") + rate(title, "language")
        for title in ("Sparse Attention", "Language Models for Video")
    }


def test_filters_narrow_and_do_not_change_scores(index: SearchIndex):
    every = {hit.title: hit.score for hit in search_papers(index, "language", limit=9).hits}
    some = search_papers(index, "language", limit=1, organization="LAMP-lab")
    assert some.count == 2
    assert some.hits[0].organization_handle == "Lamp-Lab"
    assert some.hits[0].score == every[some.hits[0].title]


def ask(index: SearchIndex, call: str) -> list[tuple[str, float, int]]:
    with duckdb.connect(index.catalog, read_only=True) as connection:
        return connection.sql(f"SELECT title, score, found_count FROM {call} ORDER BY score DESC, title").fetchall()  # noqa: S608


def test_the_best_are_those_of_all_and_ties_are_among_them(warehouse: Warehouse):
    texts = {
        "Sparse": "sparse",
        **{f"Copy {number}": "sparse words" for number in "bca"},
        "Long": "sparse words again and again",
    }
    index = index_texts(warehouse, texts)
    every = ask(index, "search_papers('sparse')")
    assert [title for title, _, _ in every] == ["Sparse", "Copy a", "Copy b", "Copy c", "Long"]
    assert len({score for _, score, _ in every}) == 3
    for best, count in ((1, 1), (2, 4), (3, 4), (4, 4), (5, 5), (9, 5)):
        assert ask(index, f"search_papers('sparse', best := {best})") == every[:count]


def test_narrowing_comes_before_the_best(index: SearchIndex):
    every = ask(index, "search_papers('language')")
    narrowed = ask(index, "search_papers('language', best := 2, organization := 'lamp-lab')")
    assert narrowed == [(title, score, 2) for title, score, _ in every if "Models" in title]
    assert ask(index, "search_papers('language', since := '2025-01-01')") == []


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ("", "no word"),
        (' " " ', "no word"),
        ("*** -- %%%", "no word"),
        ('sparse "attention', "does not end"),
        ("-video", "only what must be missing"),
        ("a*", "begins too many words"),
        ("word " * 33, "more than 32"),
    ],
)
def test_an_unclear_question_is_told_in_one_sentence(index: SearchIndex, question: str, problem: str):
    with pytest.raises(QuestionUnclearError, match=problem) as caught:
        search_papers(index, question, limit=1)
    assert str(caught.value).count("\n") == 0
    assert not str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "question",
    ["'); DROP TABLE x; --", "a'b", "\\", "$1 ?", "%", "NEAR(a b)", "title:sparse", "a AND OR NOT b", "\x00", "🙂 x"],
)
def test_signs_of_other_languages_are_signs(index: SearchIndex, question: str):
    try:
        check_question(question)
    except QuestionUnclearError:
        return
    assert search_papers(index, question, limit=1).count in range(7)


@given(text=LETTERS)
def test_python_splits_words_as_the_index_does(text: str):
    with duckdb.connect() as connection:
        connection.execute(list_search_files()[0].text)
        ((words,),) = connection.execute("SELECT search_words(?)", [text]).fetchall()
    assert words == split_words(text)


@given(text=LETTERS, question=LETTERS)
def test_a_snippet_is_a_piece_of_the_text(text: str, question: str):
    whole = "".join(part for part, _ in cut_snippet(text, question)).removeprefix("… ").removesuffix(" …")
    assert whole in text


def test_a_snippet_shows_the_words_and_beginnings_that_were_asked_for():
    text = "word " * 100 + "a Transformer needs sparse attention. " + "word " * 100
    parts = cut_snippet(text, 'transf* "sparse attention" -word')
    assert [part for part, is_hit in parts if is_hit] == ["Transformer", "sparse", "attention"]
    assert re.fullmatch("… .+ …", "".join(part for part, _ in parts))
