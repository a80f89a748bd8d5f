"""One small page for every problem, quarantine and rejection code: docs/generate.py reads them and shows what came out.

The pages are invented. A code without an example, and an example that no longer gives its code, stop the generator.
"""

from __future__ import annotations

from typing import Final

ABSTRACT: Final = (
    "We ask how small models behave when their inputs are cut, doubled and swapped, and find that most of what is said "
    "about them holds only for inputs nobody has touched. Three experiments on invented data show where it breaks, and "
    "a fourth one shows why. The answer is short, and it does not depend on the size of the model at all."
)
HEADER: Final = "Daily Papers\n\nbyAK and the research community\n\nOct 29\n\n"
VOTED_HEADER: Final = (
    "Get trending papers in your email inbox once a day!\n\nDaily Papers\n\nbyAK and the research community\n\n"
    "Daily\n\nWeekly\n\nMonthly\n\nOct 29\n\n"
)
TRENDING_HEADER: Final = (
    "Get trending papers in your email inbox!\n\nTrending Papers\n\nbyAK and the research community\n\n"
)
FOOTER: Final = "  • 3 authors\n·\nJul 10, 2023"


def _card(footer: str = FOOTER, title: str = "An Invented Title", abstract: str = ABSTRACT) -> str:
    return "\n\n".join(piece for piece in (title, abstract, footer) if piece) + "\n"


PROBLEM_PAGES: Final[dict[str, bytes]] = {
    code: page.encode() if isinstance(page, str) else page
    for code, page in {
        "abstract_missing": HEADER + _card(abstract=""),
        "author_count_invalid": HEADER + _card("  • 1,05 authors\n·\nJul 10, 2023"),
        "author_line_missing": HEADER + _card("·\nJul 10, 2023") + "\n" + _card(title="Another Invented Title"),
        "comment_count_invalid": HEADER + _card("  • 3 authors\n·\nJul 10, 2023 1,05"),
        "date_ambiguous": HEADER + _card("  • 3 authors\n·\nSep 30 2024"),
        "date_cut_possible": (HEADER + _card("  • 3 authors\n·\nJul 10, 2023 1")).rstrip("\n"),
        "date_invalid": HEADER + _card("  • 3 authors\n·\nFeb 30, 2024"),
        "date_missing": HEADER + _card("  • 3 authors\n·"),
        "date_relative": HEADER + _card("  • 3 authors\n·\n14 days ago"),
        "doubly_decoded": HEADER + _card(title="A SchrÃ¶dinger Bridge for Invented Data"),
        "footer_missing": HEADER + _card("") + "\n" + _card(title="Another Invented Title"),
        "number_rounded": HEADER + _card("  • 3 authors\n·\nJul 10, 2023 2.61k"),
        "stars_unread": TRENDING_HEADER + _card(FOOTER + "\n\nUpvote\n\n117\n\nGitHub 131"),
        "undecodable_bytes": (HEADER + _card()).encode().replace(b"Invented", b"In\xffented"),
        "upvote_count_invalid": VOTED_HEADER + "1,05\n\n" + _card(),
        "year_unknown": HEADER + _card("  • 3 authors\n·\nJul 10"),
    }.items()
}

QUARANTINE_PAGES: Final[dict[str, bytes]] = {
    code: page.encode()
    for code, page in {
        "card_incomplete": HEADER + _card() + "\nA Title That Stands Alone\n",
        "card_without_title": HEADER + _card(title="") + "\n" + _card(title="Another Invented Title"),
        "dump_rejected": "A note that somebody saved in the wrong folder.\n",
        "header_unknown": HEADER.replace("Oct 29", "Something new on the site\n\nOct 29") + _card(),
        "rule_failed": HEADER + _card("  • 0 authors\n·\nJul 10, 2023"),
    }.items()
}

REJECTION_PAGES: Final[dict[str, bytes]] = {
    "layout_unknown": b"A note that somebody saved in the wrong folder.\n",
    "not_text": bytes(range(64)),
}
