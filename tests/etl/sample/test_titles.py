from __future__ import annotations

import itertools
import unicodedata

from etl.sample import titles
from etl.sample.titles import TITLE_DRAWS, Theme, Title, vary_title, write_generic_title, write_title

THEME = Theme("Zorlane", "sparse token routing", "ranking old maps")


def test_all_forms_of_a_title_fill_the_same_gaps():
    for _, patterns in titles._STYLES:
        for forms in patterns:
            assert len({tuple(size for _, size in form.gaps) for form in forms}) == 1, forms
            assert len(forms[0].gaps) < TITLE_DRAWS


def test_the_shares_of_styles_add_up():
    below = [share for share, _ in titles._STYLES]
    assert below == sorted(below)
    assert below[-1] == 1000


def test_a_title_can_always_be_printed_otherwise():
    for style, which in itertools.product(range(0, 65_536, 1_111), range(6)):
        title = write_title(THEME, style, (which, *range(TITLE_DRAWS - 1)))
        assert title.text not in title.other_forms
        for drawn in range(6):
            assert vary_title(title, drawn) != title.text


def test_latex_varies_in_its_own_way():
    title = write_title(THEME, 52_000, (0, 2, *[0] * (TITLE_DRAWS - 2)))
    assert title.text.startswith(r"$\lambda$-Sparse Token Routing for ")
    assert vary_title(title, 1).startswith("\N{GREEK SMALL LETTER LAMDA}-Sparse Token Routing for ")


def test_accents_vary_in_their_unicode_form():
    varied = vary_title(Title("The Å Bound"), 2)
    assert varied != "The Å Bound"
    assert unicodedata.normalize("NFC", varied) == "The Å Bound"


def test_generic_titles_are_short_and_differ():
    some = [write_generic_title(number).text for number in range(5_000)]
    assert len(set(some)) == len(some)
    assert max(len(title.split()) for title in some) <= 3
