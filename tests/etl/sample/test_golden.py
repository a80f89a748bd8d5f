from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from etl.sample.golden import Sighting, make_golden_record
from etl.sample.names import Organization
from etl.sample.truth import PAPERS

if TYPE_CHECKING:
    from tests.etl.sample.conftest import Sample


def see(**changes: Any) -> Sighting:  # noqa: ANN401 - any field of a sighting
    plain = Sighting(
        paper=7,
        title="A",
        abstract_sha256="a",
        author_count=3,
        organization=None,
        comment_count=1,
        published_on=dt.date(2024, 5, 1),
        year_is_printed=False,
        is_damaged=False,
        day=dt.date(2024, 6, 3),
        dump_sha256="5",
        position=0,
    )
    return plain._replace(**changes)


def make(*sightings: Sighting) -> dict[str, Any]:
    return dict(zip(PAPERS.names, make_golden_record(sightings), strict=True))


LATER = dt.date(2025, 6, 3)


def test_one_card_is_its_paper():
    assert make(see()) == make(see(), see(position=1)) | {
        "listing_count": 1,
        **dict.fromkeys(("other_titles", "other_abstract_sha256s", "other_comment_counts"), ()),
    }


def test_what_most_cards_print_wins():
    paper = make(see(), see(position=1), see(title="B", day=LATER))
    assert (paper["title"], paper["other_titles"], paper["listing_count"]) == ("A", ["B"], 3)


def test_of_equally_many_the_latest_page_wins():
    assert make(see(), see(title="B", abstract_sha256="b", day=LATER))["title"] == "B"
    assert make(see(title="B", day=LATER), see())["title"] == "B"


def test_a_page_without_a_date_comes_last():
    paper = make(see(), see(title="B", day=None))
    assert (paper["title"], paper["other_titles"]) == ("A", ["B"])


def test_of_one_day_the_smallest_dump_wins():
    assert make(see(), see(title="B", dump_sha256="4"))["title"] == "B"


def test_the_latest_comments_win_and_none_is_no_number():
    paper = make(
        see(comment_count=4), see(comment_count=9, day=LATER), see(comment_count=None, day=dt.date(2026, 1, 5))
    )
    assert (paper["comment_count"], paper["other_comment_counts"]) == (9, [4])


def test_what_one_card_leaves_out_another_fills():
    bare = see(author_count=None, comment_count=None, published_on=None, day=None)
    of_organization = see(author_count=None, organization=Organization("a-b", "A B"), year_is_printed=True, day=LATER)
    paper = make(bare, of_organization, see())
    assert (paper["author_count"], paper["organization_handle"], paper["organization_name"]) == (3, "a-b", "A B")
    assert (paper["published_on"], paper["year_is_printed"]) == (dt.date(2024, 5, 1), True)


def test_the_truth_about_papers_follows_from_that_about_cards(wide_sample: Sample):
    sightings = defaultdict(list)
    dumps = {dump["dump"]: dump for dump in wide_sample.read_truth("dumps")}
    for record in wide_sample.read_truth("records"):
        dump = dumps[record["dump"]]
        sightings[record["paper"]].append(
            Sighting(
                paper=record["paper"],
                title=record["title"],
                abstract_sha256=hashlib.sha256(record["abstract"].encode()).hexdigest(),
                author_count=record["author_count"],
                organization=Organization(record["organization_handle"], record["organization_name"])
                if record["organization_handle"]
                else None,
                comment_count=record["comment_count"],
                published_on=record["published_on"],
                year_is_printed=record["year_is_printed"],
                is_damaged=record["is_damaged"],
                day=None if dump["kind"] == "plain" else dump["page_on"],
                dump_sha256=dump["sha256"],
                position=record["position"],
            )
        )
    expected = [make(*sightings[number]) for number in sorted(sightings)]
    for paper in expected:
        for field in ("other_titles", "other_abstract_sha256s", "other_comment_counts"):
            paper[field] = list(paper[field])
    assert wide_sample.read_truth("papers") == expected
