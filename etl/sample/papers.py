"""Papers of the invented world: everything about one follows from the sample's seed and the paper's number.

A paper's number is that of its own page, times :data:`PAPERS_PER_PAGE`, plus its place among that page's own papers.
"""

from __future__ import annotations

import datetime as dt
import functools
from itertools import accumulate, pairwise, starmap
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.sample.chance import DRAW_LIMIT, draw, is_within, scale
from etl.sample.coinage import STEM_DRAWS, coin_method, pick
from etl.sample.crawl import Kind, plan_page
from etl.sample.names import LINK_DRAWS, choose_organization, write_link
from etl.sample.text import LONG_SHAPES, SHAPES, SHORT_SHAPES, TEXT_DRAWS, write_abstract
from etl.sample.titles import TITLE_DRAWS, Theme, write_generic_title, write_title
from etl.sample.vocabulary import POOL_SIZES, TOPIC_COUNT, read_topic

if TYPE_CHECKING:
    from etl.sample.names import Organization
    from etl.sample.titles import Title

PAPERS_PER_PAGE: Final = 1024
GENERIC_SLOT: Final = 0
"""Place of the paper that shares its short title with an unrelated paper of a neighbouring page."""

TOPICS_PER_PAGE: Final = 3
"""A page is the answer to somebody's search, so its own papers are of few topics."""

_DATE_DRAWS: Final = 2
_FACT_DRAWS: Final = 11
_NAME_DRAWS: Final = STEM_DRAWS + 1
_PARTS: Final = tuple(
    starmap(
        slice,
        pairwise(accumulate((_DATE_DRAWS, _FACT_DRAWS, _NAME_DRAWS, TITLE_DRAWS, LINK_DRAWS, TEXT_DRAWS), initial=0)),
    )
)
"""Which of a paper's draws are for its day, its facts, its name, its title, its links and its abstract."""

_FOCUS, _GOAL = (list(POOL_SIZES).index(kind) for kind in ("mass", "doing"))

_AUTHOR_COUNTS: Final = (
    *(1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6),
    *(6, 7, 7, 8, 8, 9, 10, 11, 12, 13, 15, 18, 21, 26, 43, 60),
)
_COMMENTS_PER_YEAR: Final = (0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 5, 11)
_OLDEST_DAYS: Final = {Kind.NEW_YEAR: 320}
_OLDEST_DAYS_ELSEWHERE: Final = 2200
_SATURDAY: Final = 5
_DAYS_PER_YEAR: Final = 365


class Paper(NamedTuple):
    """An invented paper. Without ``comments_per_year`` nobody ever comments on it."""

    number: int
    title: Title
    abstract: str
    author_count: int
    organization: Organization | None
    published_on: dt.date
    comments_per_year: int | None

    def count_comments(self, day: dt.date) -> int | None:
        """Count the comments up to a day: they never become fewer, and the source prints none where there is none."""
        if self.comments_per_year is None:
            return None
        return 1 + self.comments_per_year * (day - self.published_on).days // _DAYS_PER_YEAR


def invent_paper(seed: int, number: int) -> Paper:
    """Invent a paper.

    >>> paper = invent_paper(1, 3)
    >>> paper == invent_paper(1, 3), paper.abstract == invent_paper(2, 3).abstract, len(paper.abstract) > 200
    (True, False, True)
    """
    drawn = draw(_PARTS[-1].stop, seed, "paper", number)
    for_date, for_facts, for_name, for_title, for_links, for_text = [drawn[part] for part in _PARTS]
    topic, length, shape, focus, goal, author, has_organization, organization, is_quiet, comments, style = for_facts
    pools = read_topic(_choose_topic(seed, number, topic))
    theme = Theme(coin_method(for_name), pick(pools[_FOCUS], focus), pick(pools[_GOAL], goal))
    title = write_title(theme, style, for_title)
    link = write_link(theme.name, for_links)
    author_count = _AUTHOR_COUNTS[author % len(_AUTHOR_COUNTS)]
    twin, page_parity = divmod(number // PAPERS_PER_PAGE, 2)
    if number % PAPERS_PER_PAGE == GENERIC_SLOT:
        title, author_count = write_generic_title(twin), author_count + 61 * page_parity
    shapes = LONG_SHAPES if is_within(length, 10) else SHORT_SHAPES if is_within(length, 30) else SHAPES
    return Paper(
        number=number,
        title=title,
        abstract=write_abstract(
            for_text, shapes[shape % len(shapes)], (*pools, *((phrase,) for phrase in theme)), link
        ),
        author_count=author_count,
        organization=choose_organization(organization) if is_within(has_organization, 160) else None,
        published_on=_date_paper(seed, number, *for_date),
        comments_per_year=None if is_within(is_quiet, 400) else _COMMENTS_PER_YEAR[comments % len(_COMMENTS_PER_YEAR)],
    )


def date_paper(seed: int, number: int) -> dt.date:
    """Tell the day a paper was published without inventing the rest of it.

    >>> date_paper(1, 3) == invent_paper(1, 3).published_on
    True
    """
    return _date_paper(seed, number, *draw(_DATE_DRAWS, seed, "paper", number))


def _date_paper(seed: int, number: int, age: int, weekend: int) -> dt.date:
    """Date a paper before its own page's day, in the way of that page's kind; weekends are rarer than other days."""
    page = plan_page(seed, number // PAPERS_PER_PAGE)
    if page.kind is Kind.RECENT:
        day_of_year = page.page_on.timetuple().tm_yday
        published_on = page.page_on - dt.timedelta(days=scale(age, day_of_year))
    else:
        oldest = _OLDEST_DAYS.get(page.kind, _OLDEST_DAYS_ELSEWHERE)
        published_on = page.page_on - dt.timedelta(days=scale(age * age // DRAW_LIMIT, oldest))
    moved_on = published_on - dt.timedelta(days=2)
    is_moved = published_on.weekday() >= _SATURDAY and is_within(weekend, 750) and moved_on.year == published_on.year
    return moved_on if is_moved else published_on


def _choose_topic(seed: int, number: int, drawn: int) -> int:
    """Choose one of the few topics of the paper's own page; of two papers with one title, the topics are far apart."""
    page_index, slot = divmod(number, PAPERS_PER_PAGE)
    if slot == GENERIC_SLOT:
        pair, second = divmod(page_index, 2)
        return (_list_topics(seed, pair)[0] + second * TOPIC_COUNT // 2) % TOPIC_COUNT
    return _list_topics(seed, page_index)[drawn % TOPICS_PER_PAGE]


@functools.lru_cache(maxsize=256)
def _list_topics(seed: int, index: int) -> tuple[int, ...]:
    return tuple(drawn % TOPIC_COUNT for drawn in draw(TOPICS_PER_PAGE, seed, "topics", index))
