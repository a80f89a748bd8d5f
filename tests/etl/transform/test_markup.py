from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.markup import TRIGGER, strip_markup

snippets = st.lists(
    st.sampled_from(
        (r"\textbf{", "}", "{", "$", "^", "_", r"\'", r"\c", r"\alpha", "\\", "1,000", "1.2.3", "2", "²", "½", "≠",
         "->", "<i>", "&amp;", "&#65;", " ", "word", "\u00ad", r"\frac", "é", "\n")
    ),
    max_size=12,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\textbf{Deep} {\it Nets}", "{Deep} {Nets}"),
        (r"\href{https://x.example}{Deep} Nets", "{Deep} Nets"),
        (r"Deep\footnote{See \cite{a}.} Nets", "Deep Nets"),
        (r"\texorpdfstring{$\pi$}{pi} Nets", "{pi} Nets"),
        (r"\'{E}tude \`a la \c{c}a", "Etude a la ca"),
        (r"\LaTeX{} for \O{}re", "LaTeX for Øre"),
        (r"a\\b", "a b"),
        (r"100\% \& \#1", "100% & #1"),
        ("x<sup>2</sup> <b>bold</b> a < b", "x^2 bold a < b"),
        ("AT&T &lt;think&gt; &nosuch;", "AT&T <think> &nosuch;"),
    ],
)
def test_markup_leaves_what_it_prints(text: str, plain: str):
    assert strip_markup(text) == plain


@given(snippets)
def test_only_texts_that_the_trigger_finds_are_changed(text: str):
    found = pl.Series([text]).str.contains(TRIGGER).item()
    assert found or strip_markup(text) == text


@given(st.text(max_size=60))
def test_any_text_can_be_stripped(text: str):
    assert len(strip_markup(text)) <= 8 * len(text) + 8


@pytest.mark.parametrize("piece", ["\\", "{", "\\frac{", "\\href{{", "$^", "&amp;", "<b", "\\c ", "1,"])
def test_a_long_run_of_anything_takes_no_longer_than_its_length(piece: str):
    assert len(strip_markup(piece * 20_000)) <= 20_000 * len(piece) * 2
