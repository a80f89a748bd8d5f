from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.likeness import Observation, Verdict, compare
from etl.transform.scores import score_abstracts, score_titles, share_content_words, strip_urls
from etl.transform.verdicts import count_days_apart, counts_agree

LADDERS = (
    "ladders lean on walls and climbers fall when rungs break so engineers measure every rung under load and report "
    "fractures corrosion and wobble across ninety timber aluminium fibreglass ladders in storms frost and drought "
    "while inspectors photograph hinges bolts feet and rope and every photograph is kept for forty years in public "
    "archives"
)
TIDES = (
    "estuaries flood twice daily as moon and sun pull seawater inland while sediment plankton and salt drift upstream "
    "past mangroves where gauges record heights currents turbidity over forty consecutive lunar months"
)
HALF_LADDERS = (
    "climbers fall when timber rungs break under load and engineers report corrosion plus wobble whereas estuaries "
    "flood twice daily as moon and sun pull seawater inland while sediment drifts past mangroves with gauges "
    "recording"
)
NEARLY_LADDERS = LADDERS.replace("ninety", "eighty").replace("forty", "fifty")
LADDERS_WITH_TYPOS = LADDERS.replace("a", "o")
DAY, NEXT_DAY, OTHER_DAY = (7, 10, 2023), (7, 11, 2023), (7, 20, 2023)
LONG, MIDDLE, SHORT = "deep ladders lean on many walls", "deep ladders lean on walls", "deep ladders lean"


def observe(  # noqa: PLR0913 - an observation has so many fields
    abstract: str | None = LADDERS,
    *,
    title: str = LONG,
    name: str | None = None,
    dates: tuple[tuple[int, int, int | None], ...] = (),
    counts: tuple[int, ...] = (),
    core: str | None = None,
    is_cut: bool = False,
) -> Observation:
    key = title.replace(" ", "")
    return Observation(key, title, name or title, abstract, frozenset(dates), frozenset(counts), core, is_cut)


def test_the_texts_of_these_tests_are_as_alike_as_they_should_be():
    assert share_content_words(LADDERS, TIDES) < 200
    assert 300 <= share_content_words(LADDERS, HALF_LADDERS) < 500
    assert score_abstracts(LADDERS, HALF_LADDERS) < 800
    assert 970 <= score_abstracts(LADDERS, NEARLY_LADDERS) < 1000
    assert 800 <= score_abstracts(LADDERS, LADDERS_WITH_TYPOS) < 950


def test_equal_abstracts_score_a_thousand_and_unrelated_ones_little():
    assert score_abstracts(LADDERS, LADDERS) == 1000
    assert score_abstracts(LADDERS, TIDES) < 500


def test_an_abstract_that_breaks_off_is_compared_with_as_much_of_the_other():
    long = f"{LADDERS} {TIDES} {TIDES}"
    assert score_abstracts(long, LADDERS) == 1000
    assert score_abstracts(long, LADDERS[:100]) < 500  # too little of it to tell


def test_common_content_words_leave_frequent_and_short_words_out():
    assert share_content_words("our method shows that ladders lean", "this method shows that tides lean") == 500
    assert share_content_words("we show it", "we show it") == 0
    assert share_content_words("", LADDERS) == 0


def test_urls_do_not_count():
    assert strip_urls("see https://a.example/x?y or www.b.example now").split() == ["see", "or", "now"]


@pytest.mark.parametrize(
    ("left", "right", "days"),
    [
        ([DAY], [DAY], 0),
        ([DAY], [OTHER_DAY], 10),
        ([DAY], [(7, 10, None)], 0),
        ([DAY], [(7, 10, 2024)], 366),
        ([(12, 31, None)], [(1, 1, 2024)], 1),
        ([(12, 31, 2023)], [(1, 1, 2024)], 1),
        ([(2, 29, None)], [(2, 29, 2024)], 0),
        ([(2, 29, None)], [(3, 1, 2023)], 1),
        ([DAY, OTHER_DAY], [(7, 19, 2023)], 1),
        ([], [DAY], None),
    ],
)
def test_printed_dates_are_as_far_apart_as_they_must_be_at_least(left: list, right: list, days: int | None):
    assert count_days_apart(observe(dates=left), observe(dates=right)) == days


def test_counts_agree_if_any_printed_ones_are_equal():
    assert counts_agree(observe(counts=(3, 4)), observe(counts=(4,))) is True
    assert counts_agree(observe(counts=(3,)), observe(counts=(4,))) is False
    assert counts_agree(observe(), observe(counts=(4,))) is None


EQUAL_TITLES = {
    "equal abstracts": (observe(), observe(), "exact_title"),
    "unrelated abstracts": (observe(), observe(TIDES), None),
    "unrelated abstracts of one day": (observe(dates=[DAY]), observe(TIDES, dates=[DAY]), None),
    "related abstracts, long title": (observe(), observe(HALF_LADDERS), "exact_title"),
    "related abstracts, long title, other day": (
        observe(dates=[DAY]),
        observe(HALF_LADDERS, dates=[OTHER_DAY]),
        "exact_title",
    ),
    "related abstracts, middling title, other day": (
        observe(title=MIDDLE, dates=[DAY]),
        observe(HALF_LADDERS, title=MIDDLE, dates=[OTHER_DAY]),
        None,
    ),
    "related abstracts, short title": (observe(title=SHORT), observe(HALF_LADDERS, title=SHORT), None),
    "related abstracts, short title, same day and count": (
        observe(title=SHORT, dates=[DAY], counts=[3]),
        observe(HALF_LADDERS, title=SHORT, dates=[DAY], counts=[3]),
        "exact_title",
    ),
    "alike abstracts, short title, other day and count": (
        observe(title=SHORT, dates=[DAY], counts=[3]),
        observe(LADDERS_WITH_TYPOS, title=SHORT, dates=[OTHER_DAY], counts=[4]),
        None,
    ),
    "nearly equal abstracts, short title, other day and count": (
        observe(title=SHORT, dates=[DAY], counts=[3]),
        observe(NEARLY_LADDERS, title=SHORT, dates=[OTHER_DAY], counts=[4]),
        "exact_title",
    ),
    "no abstract, long title": (observe(), observe(None), "title_only"),
    "no abstract, long title, other day": (observe(dates=[DAY]), observe(None, dates=[OTHER_DAY]), "title_only"),
    "no abstract, long title, other day, same count": (
        observe(dates=[DAY], counts=[3]),
        observe(None, dates=[OTHER_DAY], counts=[3]),
        "title_only",
    ),
    "no abstract, long title, same day, other count": (
        observe(dates=[DAY], counts=[3]),
        observe(None, dates=[DAY], counts=[4]),
        "title_only",
    ),
    "no abstract, short title": (observe(title=SHORT), observe(None, title=SHORT), None),
    "no abstract, short title, same count": (
        observe(title=SHORT, counts=[3]),
        observe(None, title=SHORT, counts=[3]),
        "title_only",
    ),
}

OTHER_TITLES = {
    "near title, alike abstracts": (observe(), observe(LADDERS_WITH_TYPOS, title=f"{LONG}s"), "near_title"),
    "near title, unrelated abstracts": (observe(), observe(TIDES, title=f"{LONG}s"), None),
    "near title, no abstract": (observe(), observe(None, title=f"{LONG}s"), None),
    "title with something behind it": (
        observe(title="deep ladders"),
        observe(LADDERS_WITH_TYPOS, title="deep ladders lean on many walls of stone"),
        "subtitle",
    ),
    "one word is no part": (
        observe(title="ladders"),
        observe(LADDERS_WITH_TYPOS, title="ladders lean on many walls of stone and glass"),
        None,
    ),
    "another subtitle of the same day": (
        observe(title="ladderbot a study of falls", name="ladderbot", dates=[DAY]),
        observe(LADDERS_WITH_TYPOS, title="ladderbot how climbers lose rungs", name="ladderbot", dates=[DAY]),
        "subtitle",
    ),
    "same abstract, other title, nothing else": (observe(), observe(title="whatever else one may call it"), None),
    "same abstract, other title, same day and count": (
        observe(dates=[DAY], counts=[3]),
        observe(title="whatever else one may call it", dates=[DAY], counts=[3]),
        "same_abstract",
    ),
    "same short abstract, other title, same day and count": (
        observe(LADDERS[:250], dates=[DAY], counts=[3]),
        observe(LADDERS[:250], title="whatever else one may call it", dates=[DAY], counts=[3]),
        None,
    ),
}


@pytest.mark.parametrize(("left", "right", "rule"), EQUAL_TITLES.values(), ids=EQUAL_TITLES)
def test_equal_titles_are_one_paper_if_enough_else_agrees(left: Observation, right: Observation, rule: str | None):
    assert compare(left, right).rule == rule


@pytest.mark.parametrize(("left", "right", "rule"), OTHER_TITLES.values(), ids=OTHER_TITLES)
def test_other_titles_are_one_paper_if_two_things_agree(left: Observation, right: Observation, rule: str | None):
    assert compare(left, right).rule == rule


MORE_CASES = {
    "a note in place of the abstract, same day": (
        observe(title=MIDDLE, dates=[DAY], counts=[3]),
        observe("this paper was withdrawn", title=MIDDLE, dates=[DAY], counts=[3]),
        ("exact_title", None),
    ),
    "a note in place of the abstract, no day": (
        observe(title=MIDDLE),
        observe("this paper was withdrawn", title=MIDDLE),
        (None, "other_abstract"),
    ),
    "an abstract in another script, same day": (
        observe(title=MIDDLE, dates=[DAY]),
        observe("梯子靠在墙上横档断裂时攀登者会坠落" * 12, title=MIDDLE, dates=[DAY]),
        ("exact_title", None),
    ),
    "a few words on every year's issue": (
        observe("this editorial introduces the issue", title=SHORT, dates=[DAY], counts=[1]),
        observe("this editorial introduces an issue", title=SHORT, dates=[OTHER_DAY], counts=[1]),
        (None, "other_date"),
    ),
    "a few words under a longer title, by others": (
        observe("we introduce the nine papers of this issue", title=MIDDLE, dates=[DAY], counts=[2]),
        observe("we introduce the ten papers of this issue", title=MIDDLE, dates=[OTHER_DAY], counts=[3]),
        (None, "other_date"),
    ),
    "the end of an abstract alone": (observe(), observe(LADDERS[-160:]), ("exact_title", None)),
    "another subject in title and abstract": (
        observe(f"{LADDERS} of hindi", title=f"{LONG} hindi"),
        observe(f"{LADDERS} of tamil", title=f"{LONG} tamil"),
        (None, "other_subject"),
    ),
    "another member of a family, in title and abstract, same day": (
        observe(f"rung3 is ours {LADDERS}", title="rung3 lean ladders", name="rung3", dates=[DAY], counts=[3]),
        observe(
            f"rung3 omni is ours {LADDERS}",
            title="rung3 omni lean ladders",
            name="rung3 omni",
            dates=[DAY],
            counts=[3],
        ),
        (None, "other_subject"),
    ),
    "another size in title and abstract, though both abstracts have the word": (
        observe(f"{LADDERS} small large", title=f"{LONG} small", dates=[DAY]),
        observe(f"{LADDERS} large large", title=f"{LONG} large", dates=[DAY]),
        (None, "other_subject"),
    ),
    "a longer title, which the edited abstract repeats, same day": (
        observe(LADDERS, title=SHORT, dates=[DAY]),
        observe(f"{LADDERS} indoors", title=f"{SHORT} indoors", dates=[DAY]),
        ("subtitle", None),
    ),
    "a venue's year in brackets, nothing else differs": (
        observe(dates=[DAY], counts=[3]),
        observe(title=f"{LONG} iclr 2025", dates=[DAY], counts=[3], core=LONG),
        ("subtitle", None),
    ),
    "a venue's year in brackets, another author count": (
        observe(dates=[DAY], counts=[3]),
        observe(title=f"{LONG} iclr 2025", dates=[DAY], counts=[4], core=LONG),
        (None, "other_number"),
    ),
    "a venue's year in brackets, an organisation in place of the authors": (
        observe(dates=[DAY]),
        observe(title=f"{LONG} iclr 2025", dates=[DAY], counts=[3], core=LONG),
        ("subtitle", None),
    ),
    "a venue's year in brackets, no footer to go by": (
        observe(),
        observe(title=f"{LONG} iclr 2025", core=LONG),
        (None, "other_number"),
    ),
    "years of two venues": (
        observe(title=f"{LONG} iclr 2024", dates=[DAY], counts=[3], core=LONG),
        observe(title=f"{LONG} iclr 2025", dates=[DAY], counts=[3], core=LONG),
        (None, "other_number"),
    ),
    "a venue beside another version": (
        observe(title=f"{LONG} 2", dates=[DAY], counts=[3]),
        observe(title=f"{LONG} 3 iclr 2025", dates=[DAY], counts=[3], core=f"{LONG} 3"),
        (None, "other_number"),
    ),
    "a number behind an ellipsis": (
        observe(title=f"{LONG} of 3d steel", dates=[DAY], counts=[3]),
        observe(title=f"{LONG} o", dates=[DAY], counts=[3], is_cut=True),
        ("near_title", None),
    ),
    "a number in front of an ellipsis": (
        observe(title="deep 3d ladders lean", dates=[DAY], counts=[3]),
        observe(title="deep 4d ladders l", dates=[DAY], counts=[3], is_cut=True),
        (None, "other_number"),
    ),
    "a replaced word, nothing else to go by": (
        observe(title=f"{LONG} hindi"),
        observe(title=f"{LONG} tamil"),
        (None, None),
    ),
    "a replaced word, same day": (
        observe(title=f"{LONG} hindi", dates=[DAY]),
        observe(title=f"{LONG} tamil", dates=[DAY]),
        ("near_title", None),
    ),
    "another member of a family": (
        observe(title="rung3 technical report", name="rung3"),
        observe(title="rung3 audio technical report", name="rung3 audio"),
        (None, None),
    ),
    "an opposite": (
        observe(title=f"supervised {LONG}"),
        observe(NEARLY_LADDERS, title=f"unsupervised {LONG}"),
        (None, "other_sign"),
    ),
    "a size behind the title": (observe(), observe(NEARLY_LADDERS, title=f"{LONG} mini"), (None, "other_sign")),
    "a part behind the name": (
        observe(title=SHORT),
        observe(title=f"{SHORT} part 2", name=SHORT),
        (None, "other_number"),
    ),
    "a year behind the name": (observe(title=SHORT), observe(title=f"{SHORT} 2024", name=SHORT), ("subtitle", None)),
    "the same words, rewritten abstract": (
        observe(title=f"{LONG} indeed"),
        observe(HALF_LADDERS + " " + LADDERS[100:], title=f"{LONG} indede"),
        ("near_title", None),
    ),
}


@pytest.mark.parametrize(("left", "right", "expected"), MORE_CASES.values(), ids=MORE_CASES)
def test_what_speaks_for_and_against_one_paper(left: Observation, right: Observation, expected: tuple):
    verdict = compare(left, right)
    assert (verdict.rule, verdict.veto) == expected
    assert compare(right, left) == verdict


@pytest.mark.parametrize(
    ("title", "other", "dates", "veto"),
    [
        ("deep ladders part i", "deep ladders part ii", (DAY, DAY), "other_number"),
        ("deep ladders 3", "deep ladders 4", (DAY, DAY), "other_number"),
        ("deep ladders 2.5 of wood", "deep ladders 2 of wood", (DAY, DAY), "other_number"),
        ("deep ladders 7b of wood", "deep ladders 70b of wood", (DAY, DAY), "other_number"),
        ("two deep ladders lean", "three deep ladders lean", (DAY, DAY), "other_number"),
        ("deep ladders with rungs", "deep ladders without rungs", (DAY, DAY), "other_sign"),
        ("deep ladders large lean", "deep ladders small lean", (DAY, DAY), "other_sign"),
        (LONG, f"{LONG}s", (DAY, OTHER_DAY), "other_date"),
        (LONG, f"{LONG}s", (DAY, NEXT_DAY), None),
    ],
)
def test_a_number_sign_or_day_that_differs_forbids_it(title: str, other: str, dates: tuple, veto: str | None):
    verdict = compare(observe(title=title, dates=dates[:1]), observe(LADDERS_WITH_TYPOS, title=other, dates=dates[1:]))
    assert verdict.veto == veto
    assert (verdict.rule is None) == (veto is not None)


def test_two_that_are_alike_and_not_merged_are_a_near_miss():
    assert compare(observe(), observe(title="whatever else one may call it")).is_near_miss
    assert compare(observe(title=f"{LONG} 3"), observe(title=f"{LONG} 4")).is_near_miss
    assert not compare(observe(), observe(TIDES, title="whatever else one may call it")).is_near_miss
    assert not compare(observe(), observe(None, title=f"{LONG}s")).is_near_miss
    assert not compare(observe(), observe()).is_near_miss


def test_scores_are_those_of_titles_and_abstracts():
    assert compare(observe(), observe()) == Verdict("exact_title", None, 1000, 1000)
    assert compare(observe(), observe(None)) == Verdict("title_only", None, 1000, None)
    assert score_titles("deep sets learn", "learn deep sets") == 1000


def test_no_abstract_and_another_day_and_count_is_another_paper():
    printed, bare = observe(dates=[DAY], counts=[3]), observe(None, dates=[OTHER_DAY], counts=[4])
    assert compare(printed, bare).rule is None


days = st.tuples(st.integers(1, 2), st.integers(1, 2), st.none() | st.integers(2023, 2024))
titles = st.sampled_from(
    (LONG, SHORT, f"{SHORT} ii", f"{SHORT} iii", "deep two ladders lean", "tides", "deep tow ladders lean")
)
observations = st.builds(
    lambda title, cut, **rest: Observation(title.replace(" ", ""), title, title[:cut], **rest),
    titles,
    st.none() | st.just(4),
    abstract=st.none() | st.sampled_from((LADDERS, TIDES, HALF_LADDERS, NEARLY_LADDERS, LADDERS[:150], "")),
    dates=st.frozensets(days, max_size=2),
    author_counts=st.frozensets(st.integers(1, 3), max_size=2),
    core=st.none() | st.just(SHORT),
    is_cut=st.booleans(),
)


@given(observations, observations)
def test_the_verdict_does_not_depend_on_who_comes_first(left: Observation, right: Observation):
    assert compare(left, right) == compare(right, left)


@given(observations, observations)
def test_a_verdict_has_a_rule_or_a_veto_never_both(left: Observation, right: Observation):
    verdict = compare(left, right)
    assert verdict.rule is None or verdict.veto is None
    assert not (verdict.rule and verdict.is_near_miss)


@given(st.text("abcd ", max_size=300), st.text("abcd ", max_size=300))
def test_scores_are_symmetric_and_within_a_thousand(left: str, right: str):
    for score in (score_abstracts, score_titles, share_content_words):
        assert score(left, right) == score(right, left)
        assert 0 <= score(left, right) <= 1000
