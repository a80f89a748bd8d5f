"""Headers missing, repeated, changed; other kinds of pages; what stands around cards."""

from __future__ import annotations

from tests.hostile.cases import DAY, FENCE, ROBOTS, SHEEP, THREE, TWO, Case, make_case, replace, write
from tests.strategies import LAYOUTS

_ALL = (SHEEP, ROBOTS, FENCE)
_VOTED = tuple(
    card._replace(submitted_by=name, upvotes=votes)
    for card, name, votes in zip(_ALL, ("ewe", "Ram B.", "x"), ("101", "1,056", "7"), strict=True)
)
_PLAIN_VOTED = tuple(card._replace(upvotes=votes) for card, votes in zip(_ALL, ("5", "6", "7"), strict=True))
_NEWER = (
    "new\n\nGet trending papers in your email inbox once a day!\n\nGet trending papers in your email inbox!\n\n"
    "Subscribe\n\nDaily Papers\n\nbyAK and the research community\n\nDaily\n\nWeekly\n\nMonthly\n\nTrending Papers\n\n"
)
_NAVIGATION = "Hugging Face\n\nModels\n\nDatasets\n\nSpaces\n\nCommunity\n\nDocs\n\nPricing\n\nLog In\n\nSign Up\n\n"


def _vote(text: str) -> bytes:
    """Write a page whose header prints tabs and whose only card is written out."""
    return f"{_NEWER}Mar 25\n\n{text}\n".encode()


def _print(title: str = "", footer: str = "  • 3 authors\n·\nJul 10, 2023") -> str:
    return f"{title or SHEEP.title}\n\n{SHEEP.abstract[0]}\n\n{footer}"


_CARDS = write(*_ALL, header="none", day=None)
_VOTED_PAGE = (("daily_papers_voted", "Mar 25"),)
_TRENDING = ("trending_papers", DAY)

CASES = (
    *(make_case(f"page_{header}", *_ALL, header=header) for header in LAYOUTS),
    *(
        make_case(f"page_{header}_with_votes", *_VOTED, header=header)
        for header in ("tabs", "trending", "weekly", "monthly", "search")
    ),
    make_case("header_missing", *_ALL, header="none"),
    make_case("votes_without_a_header", *_VOTED, header="none", pages=(("daily_papers_voted", None),)),
    *(
        Case(f"header_day_{name}", write(*_ALL, day=day), pages=(("daily_papers", day),))
        for name, day in {
            "with_a_year": "Oct 29, 2025",
            "with_a_full_month": "October 29",
            "with_the_day_first": "29 October 2025",
            "in_iso_form": "2025-10-29",
            "with_a_weekday": "Wed, Oct 29, 2025",
            "missing": None,
        }.items()
    ),
    *(
        Case(f"header_period_{name}", write(*_ALL, header="weekly", day=day), pages=(("weekly_papers", day),))
        for name, day in {"week": "Week 43, 2025", "range": "Oct 20 - Oct 26", "iso_week": "2025-W43"}.items()
    ),
    Case(
        "header_period_month",
        write(*_ALL, header="monthly", day="October 2025"),
        pages=(("monthly_papers", "October 2025"),),
    ),
    Case("header_without_blank_lines", write(*_ALL).replace(b"\n\n", b"\n", 5)),
    Case("header_in_capitals", replace(THREE, "byAK and the research community", "ByAK And The Research Community")),
    Case("header_with_other_spacing", replace(THREE, "byAK and the research", "by  AK  and the\tresearch")),
    Case("header_of_a_byline_alone", THREE[THREE.index(b"byAK") :]),
    *(
        Case(f"header_of_{name}", f"{head}\n\n{DAY}\n\n".encode() + _CARDS)
        for name, head in {
            "a_heading_and_a_day": "Daily Papers",
            "a_banner_and_a_day": "new",
            "known_lines_without_the_byline": "new\n\nSubscribe\n\nDaily Papers",
        }.items()
    ),
    Case("header_of_a_heading_alone", b"Daily Papers\n\n" + _CARDS, pages=(("daily_papers", None),)),
    Case(
        "header_cut_in_its_byline",
        f"K and the research community\n\n{DAY}\n\n".encode() + _CARDS,
        quarantine=(("header_unknown", "K and the research community"),),
    ),
    Case(
        "header_without_a_byline_behind_a_page",
        f"Daily Papers\n\n{DAY}\n\n".encode() + _CARDS + b"Daily Papers\n\nOct 30\n\n" + _CARDS,
        (*_ALL, *_ALL),
        pages=(("daily_papers", DAY), ("daily_papers", "Oct 30")),
    ),
    Case(
        "header_with_an_unknown_line",
        replace(THREE, "Subscribe", "Subscribe\n\nNow with more sheep"),
        quarantine=(("header_unknown", "Now with more sheep"),),
    ),
    Case(
        "header_with_an_unknown_line_above_the_day",
        replace(THREE, f"community\n\n{DAY}", f"community\n\nSheep of the day\n\n{DAY}"),
        quarantine=(("header_unknown", "Sheep of the day"),),
    ),
    Case(
        "submitter_below_the_title",
        replace(
            write(*_VOTED, header="tabs"),
            f"Submitted by ewe\n\n101\n\n{SHEEP.title}",
            f"101\n\n{SHEEP.title}\n\nSubmitted by ewe",
        ),
        _VOTED,
        pages=(("daily_papers_voted", DAY),),
    ),
    Case(
        "upvotes_with_a_label_above_the_title",
        b"\n\n".join(
            [
                f"{_NEWER}{DAY}".encode(),
                *(
                    f"Upvote\n\n{card.upvotes}\n\n".encode()
                    + write(card._replace(upvotes=None), header="none", day=None)
                    for card in _PLAIN_VOTED
                ),
            ]
        ),
        _PLAIN_VOTED,
        pages=(("daily_papers_voted", DAY),),
    ),
    Case(
        "numbers_below_all_cards_are_no_upvotes",
        b"".join(
            [
                f"byAK and the research community\n\n{DAY}\n\n".encode(),
                *(write(card, header="none", day=None) + b"5\n\n" for card in _ALL),
            ]
        ),
        quarantine=(("card_incomplete", "5"),) * 3,
    ),
    Case("line_above_the_header", b"Saved by hand\n\n" + THREE, quarantine=(("header_unknown", "Saved by hand"),)),
    Case("navigation_above_the_header", _NAVIGATION.encode() + THREE),
    Case("trailer_below_the_last_card", THREE + b"\nPrevious\n\nNext\n\nCompany\n\nTOS\n\nPrivacy\n\nAbout\n"),
    Case(
        "two_pages", TWO + b"\n" + write(FENCE, day="Oct 30"), pages=(("daily_papers", DAY), ("daily_papers", "Oct 30"))
    ),
    Case(
        "two_pages_without_a_blank_line_between",
        TWO + write(FENCE, day="Oct 30"),
        pages=(("daily_papers", DAY), ("daily_papers", "Oct 30")),
    ),
    Case("two_equal_pages", TWO + b"\n" + TWO, (SHEEP, ROBOTS) * 2, pages=(("daily_papers", DAY),) * 2),
    Case(
        "two_pages_of_different_kinds",
        TWO + b"\n" + write(_VOTED[2], header="trending"),
        (SHEEP, ROBOTS, _VOTED[2]),
        pages=(("daily_papers", DAY), _TRENDING),
    ),
    Case(
        "header_after_cards_without_one",
        write(SHEEP, header="none", day=None) + b"\n" + write(ROBOTS, FENCE),
        pages=(("daily_papers", None), ("daily_papers", DAY)),
    ),
    Case(
        "page_without_a_single_footer",
        write(*(card._replace(author_line=None, organization_line=None, date_line=None) for card in _ALL)),
        tuple(card._replace(author_line=None, organization_line=None, date_line=None) for card in _ALL),
        pages=(("daily_papers_plain", DAY),),
    ),
    Case(
        "newer_header_lines",
        _NEWER.encode() + f"{DAY}\n\n".encode() + write(*_VOTED, header="none", day=None),
        _VOTED,
        pages=(("daily_papers_voted", DAY),),
    ),
    Case(
        "submitter_on_a_line_of_its_own",
        _vote("Submitted by\n\newe\n\n101\n\n" + _print()),
        (SHEEP._replace(submitted_by="ewe", upvotes="101"),),
        pages=_VOTED_PAGE,
        fields={0: {"submitted_by": "ewe", "upvote_count": 101}},
    ),
    Case(
        "upvotes_without_a_submitter",
        _vote("2.61k\n\n" + _print()),
        (SHEEP._replace(upvotes="2.61k"),),
        pages=_VOTED_PAGE,
        problems={0: ("number_rounded",)},
        fields={0: {"upvote_count": 2610}},
    ),
    Case(
        "a_dash_for_no_upvotes",
        _vote("-\n\n" + _print()),
        (SHEEP,),
        pages=_VOTED_PAGE,
        fields={0: {"upvote_count": None}},
    ),
    Case(
        "upvotes_that_are_no_number",
        _vote("1,0,56\n\n" + _print()),
        (SHEEP._replace(upvotes="1,0,56"),),
        pages=_VOTED_PAGE,
        problems={0: ("upvote_count_invalid",)},
        fields={0: {"upvote_count": None}},
    ),
    Case(
        "upvotes_below_the_footer_and_stars",
        _vote("Submitted by ewe\n\n" + _print() + "\n\nUpvote\n\n42\n\nGitHub 1.2k\n\narXiv page"),
        (SHEEP._replace(submitted_by="ewe", upvotes="42"),),
        pages=_VOTED_PAGE,
        problems={0: ("stars_unread",)},
        fields={0: {"upvote_count": 42}},
    ),
    Case(
        "number_above_a_submitter",
        _vote("3\n\nSubmitted by\n\newe\n\n8\n\n" + _print()),
        (SHEEP._replace(submitted_by="ewe", upvotes="8"),),
        (("card_without_title", "3"),),
        pages=_VOTED_PAGE,
    ),
    Case(
        "number_above_one_card_of_a_page_without_votes",
        replace(THREE, f"{ROBOTS.title}\n\n", f"7\n\n{ROBOTS.title}\n\n"),
        quarantine=(("card_incomplete", "7"),),
    ),
    Case(
        "footer_missing_below_upvotes",
        _vote(
            "Submitted by ewe\n\n7\n\n"
            + _print(footer="").strip()
            + "\n\nSubmitted by ram\n\n8\n\n"
            + _print("Another Title")
        ),
        (
            SHEEP._replace(author_line=None, date_line=None, submitted_by="ewe", upvotes="7"),
            SHEEP._replace(title="Another Title", submitted_by="ram", upvotes="8"),
        ),
        pages=_VOTED_PAGE,
    ),
    Case(
        "footer_without_a_card_on_a_page_with_votes",
        _vote("• 3 authors\n·\nJul 10, 2023\n\nSubmitted by ewe\n\n7\n\n" + _print()),
        (SHEEP._replace(submitted_by="ewe", upvotes="7"),),
        (("card_without_title", "• 3 authors\n·\nJul 10, 2023"),),
        pages=_VOTED_PAGE,
    ),
)
