from __future__ import annotations

import itertools
from collections import Counter

from etl.sample import text
from etl.sample.papers import PAPERS_PER_PAGE, date_paper, invent_paper
from etl.sample.text import LONG_SHAPES, MAX_ABSTRACT_LENGTH, MAX_STEP, SENTENCES, SHAPES, SHORT_SHAPES

PAPERS = [invent_paper(3, page * PAPERS_PER_PAGE + slot) for page in range(40) for slot in range(40)]


def list_shingles(abstract: str) -> set[tuple[str, ...]]:
    words = abstract.split()
    return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}


def test_abstracts_have_the_lengths_of_real_ones():
    lengths = sorted(len(paper.abstract) for paper in PAPERS)
    assert 1400 < lengths[len(lengths) // 2] < 1700
    assert sum(700 <= length <= MAX_ABSTRACT_LENGTH for length in lengths) / len(lengths) > 0.9
    assert 150 < lengths[0] < 500
    assert MAX_ABSTRACT_LENGTH < lengths[-1] < 3000


def test_two_abstracts_hardly_ever_share_a_run_of_eight_words():
    shingles = [list_shingles(paper.abstract) for paper in PAPERS[::8]]
    shared = [len(first & second) for first, second in itertools.combinations(shingles, 2)]
    assert sum(count > 0 for count in shared) / len(shared) < 0.01
    assert max(shared) < 10


def test_an_abstract_is_one_paragraph_of_whole_sentences_without_gaps():
    for paper in PAPERS:
        assert "\n" not in paper.abstract
        assert "  " not in paper.abstract
        assert paper.abstract[0].isupper()
        assert not [kind for kind in text._PLACES if f"{{{kind}}}" in paper.abstract]


def test_no_sentence_comes_twice_in_a_row():
    for shape in (*SHAPES, *SHORT_SHAPES, *LONG_SHAPES):
        for sort, run in itertools.groupby(shape):
            steps = len(list(run)) - 1
            assert steps * MAX_STEP < len(SENTENCES[sort]), (shape, sort)


def test_between_two_gaps_stand_few_words():
    for choices in SENTENCES.values():
        for sentence in choices:
            assert max(len(piece.split()) for piece in sentence.template.split("%s")) < 8, sentence.template


def test_the_day_alone_is_the_day_of_the_whole_paper():
    assert [date_paper(3, paper.number) for paper in PAPERS] == [paper.published_on for paper in PAPERS]


def test_weekends_are_rarer_than_working_days():
    weekdays = Counter(paper.published_on.weekday() for paper in PAPERS)
    assert 0 < weekdays[5] + weekdays[6] < min(weekdays[day] for day in range(5))


def test_the_source_s_fields_all_occur():
    assert {1, 2} < {paper.author_count for paper in PAPERS}
    assert max(paper.author_count for paper in PAPERS) > 40
    organized = sum(paper.organization is not None for paper in PAPERS) / len(PAPERS)
    assert 0.1 < organized < 0.25
    assert {paper.comments_per_year is None for paper in PAPERS} == {True, False}


def test_titles_have_latex_its_remains_and_accents():
    titles = [paper.title.text for paper in PAPERS]
    for mark in ("$\\", "\\textsc{", "boldsymbol", "L_2", "^2", '"', "é", "\N{EN DASH}", "?"):
        assert any(mark in title for title in titles), mark
    assert not [title for title in titles if title != title.strip() or "\n" in title or "{name}" in title]
