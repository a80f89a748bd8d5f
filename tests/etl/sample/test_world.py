"""What must happen in the invented world, so that a sample tries all that a build has to cope with."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from etl.sample.crawl import Kind, plan_page
from etl.sample.names import HUB_HOST, MIRROR_HOST
from etl.sample.pages import REPEAT_DISTANCES, list_papers
from etl.sample.papers import PAPERS_PER_PAGE

if TYPE_CHECKING:
    from tests.etl.sample.conftest import Sample


def read_kinds(sample: Sample) -> dict[str, str]:
    return {truth["dump"]: truth["kind"] for truth in sample.read_truth("dumps")}


def group_by_paper(sample: Sample) -> dict[int, list[dict[str, Any]]]:
    groups = defaultdict(list)
    for record in sample.read_truth("records"):
        groups[record["paper"]].append(record)
    return groups


def test_sixteen_pages_show_every_kind(small_sample: Sample):
    assert set(read_kinds(small_sample).values()) == {kind.value for kind in Kind}


def test_six_pages_show_every_kind():
    assert {plan_page(1, number).kind for number in range(6)} == set(Kind)


@pytest.mark.parametrize("seed", range(20))
def test_few_pages_span_the_years(seed: int):
    assert {plan_page(seed, number).page_on.year for number in range(6)} == {2024, 2025, 2026}


def test_a_recent_page_prints_no_year_and_a_new_year_s_page_hardly_anything_else(wide_sample: Sample):
    kinds = read_kinds(wide_sample)
    printed = defaultdict(Counter)
    for record in wide_sample.read_truth("records"):
        if record["has_footer"]:
            printed[kinds[record["dump"]]][record["year_is_printed"]] += 1
    assert printed["recent"][True] == 0
    assert printed["recent"][False] > 100
    for kind, share in (("mixed", 0.5), ("new_year", 0.75)):
        assert printed[kind][True] / printed[kind].total() > share
        assert printed[kind][False] > 10


def test_a_new_year_s_page_is_of_the_first_days_of_january(wide_sample: Sample):
    days = [truth["page_on"] for truth in wide_sample.read_truth("dumps") if truth["kind"] == "new_year"]
    assert days
    assert all((day.month, day.day) <= (1, 9) for day in days)


def test_papers_of_pages_without_footers_stand_on_dated_pages_too(small_sample: Sample):
    kinds = read_kinds(small_sample)
    filled = [
        records
        for records in group_by_paper(small_sample).values()
        if {kinds[record["dump"]] == "plain" for record in records} == {True, False}
        and any(record["has_footer"] for record in records)
    ]
    assert filled


def test_a_paper_keeps_its_abstract_but_for_the_mirror_s_host(wide_sample: Sample):
    kinds = read_kinds(wide_sample)
    mirrored = 0
    for records in group_by_paper(wide_sample).values():
        originals = {record["abstract"] for record in records if kinds[record["dump"]] != "mirror"}
        copies = {record["abstract"] for record in records if kinds[record["dump"]] == "mirror"}
        assert len(originals) <= 1
        assert all(HUB_HOST not in copy for copy in copies)
        assert all(MIRROR_HOST not in original for original in originals)
        if originals and copies:
            assert {original.replace(HUB_HOST, MIRROR_HOST) for original in originals} == copies
            mirrored += originals != copies
    assert mirrored > 0


def test_a_later_page_never_shows_fewer_comments_and_some_show_more(wide_sample: Sample):
    days = {truth["dump"]: truth["page_on"] for truth in wide_sample.read_truth("dumps")}
    grown = 0
    for records in group_by_paper(wide_sample).values():
        ordered = sorted((record for record in records if record["has_footer"]), key=lambda one: days[one["dump"]])
        counts = [record["comment_count"] for record in ordered]
        assert len({count is None for count in counts}) <= 1
        if counts and counts[0] is not None:
            assert counts == sorted(counts)
            grown += counts[0] < counts[-1]
    assert grown > 10


def test_a_paper_prints_the_same_day_and_number_of_authors_everywhere(wide_sample: Sample):
    for records in group_by_paper(wide_sample).values():
        for field in ("published_on", "author_count", "organization_handle", "organization_name"):
            assert len({record[field] for record in records} - {None}) <= 1


def test_about_one_card_in_nine_lists_a_paper_again_and_never_twice_on_a_page(wide_sample: Sample):
    records = wide_sample.read_truth("records")
    assert len({(record["dump"], record["paper"]) for record in records}) == len(records)
    repeated = sum(record["paper"] // PAPERS_PER_PAGE != int(record["dump"][5:11]) for record in records)
    assert 0.07 < repeated / len(records) < 0.16


def test_a_paper_is_listed_again_only_so_far_away_that_the_truth_can_wait_for_it():
    for number in range(120):
        for paper in list_papers(1, plan_page(1, number), 12):
            assert number - paper // PAPERS_PER_PAGE in {0, *REPEAT_DISTANCES}


def test_two_unrelated_papers_share_a_short_title(wide_sample: Sample):
    groups = defaultdict(set)
    for paper, records in group_by_paper(wide_sample).items():
        if paper % PAPERS_PER_PAGE == 0:
            groups[paper // PAPERS_PER_PAGE // 2].add(paper)
            assert len(records[0]["title"].split()) <= 3
    papers = {paper["paper"]: paper for paper in wide_sample.read_truth("papers")}
    abstracts = {record["paper"]: record["abstract"] for record in wide_sample.read_truth("records")}
    assert len(groups) == 35
    for first, second in groups.values():
        assert papers[first]["title"].casefold() == papers[second]["title"].casefold()
        assert not set(abstracts[first].split(". ")) & set(abstracts[second].split(". "))
        counts = [papers[paper]["author_count"] for paper in (first, second)]
        assert None in counts or counts[0] != counts[1]


def test_no_other_titles_are_shared(wide_sample: Sample):
    titles = Counter(
        paper["title"] for paper in wide_sample.read_truth("papers") if paper["paper"] % PAPERS_PER_PAGE != 0
    )
    assert titles.most_common(1)[0][1] == 1


def test_some_titles_are_printed_in_several_forms(wide_sample: Sample):
    varied = [paper for paper in wide_sample.read_truth("papers") if paper["other_titles"]]
    assert len(varied) > 20
    forms = "".join(paper["title"] + "".join(paper["other_titles"]) for paper in varied)
    assert "$" in forms
    assert " - " in forms


def test_urls_lead_to_code_models_data_projects_and_papers(wide_sample: Sample):
    text = "\n".join(record["abstract"] for record in wide_sample.read_truth("records"))
    places = (
        "github.com/",
        ".github.io",
        f"{HUB_HOST}/datasets/",
        f"{HUB_HOST}/spaces/",
        "arxiv.org/abs/",
        "doi.org/10.5555/",
    )
    assert [place for place in places if place not in text] == []
