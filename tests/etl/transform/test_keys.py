from __future__ import annotations

import string

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.keys import add_keys, fold_text, make_title_key
from tests.etl.transform.frames import hash_text


def make_keys(*titles: str) -> list[str]:
    return pl.DataFrame({"title": titles}).select(make_title_key(pl.col("title")))["title"].to_list()


def make_abstract_keys(*abstracts: str) -> list[tuple[str | None, list[int]]]:
    cards = pl.DataFrame({"title": ["Title"] * len(abstracts), "abstract": abstracts})
    return add_keys(cards).select("abstract_key", "pieces").rows()


def fold(text: str) -> str:
    return pl.DataFrame({"text": [text]}).select(fold_text(pl.col("text"))).item()


def make_alias(title: str, abstract: str | None) -> str:
    cards = pl.DataFrame([(title, abstract)], schema={"title": pl.String, "abstract": pl.String}, orient="row")
    return add_keys(cards)["alias_id"].item()


@pytest.mark.parametrize(
    "titles",
    [
        ("Deep Ladders", "DEEP LADDERS", "deep ladders", "Deep  Ladders "),
        ("Fine-Tuning: A Study!", "Finetuning a study", "“Fine\u2013Tuning” — A Study", "Fine\u2010Tuning, a Study?"),
        ("Ångström Nets", "A\u030angstro\u0308m Nets", "Angstrom Nets"),
        ("\ufb01ne Graphs", "fine Graphs", "\uff46\uff49\uff4e\uff45 Graphs"),
        ("İstanbul", "ISTANBUL", "istanbul"),
        ("Straße", "STRASSE", "Stra\u1e9ee"),
        ("R² Nets", "R^2 Nets", "R$^2$ Nets", "$R^{2}$ Nets"),
        (
            "λ-Orthogonality",
            r"$\lambda$-Orthogonality",
            "boldsymbolλ-Orthogonality",
            r"$\boldsymbol{\lambda}$-Orthogonality",
        ),
        ("μP", "\u00b5P", r"$\mu$P", "muP"),
        ("ε-Greedy", "ϵ-Greedy", r"$\epsilon$-Greedy", r"$\varepsilon$-Greedy"),
        ("Foo Nets", r"\textsc{Foo} Nets", "textscFoo Nets", r"\emph{Foo} Nets", r"\textbf{Foo} Nets"),
        ("\u211d^n", r"$\mathbb{R}^n$", "mathbbR^n", "R^n"),
        ("Étude", r"\'Etude", r"\'{E}tude", "Etude"),
        ("A→B", r"A $\rightarrow$ B", r"A \to B"),
        ("8\u00d78", r"$8\times8$", r"8$\times$8"),
        ("100% Recall", r"100\% Recall"),
        ("3x Faster", "3\u00d7 Faster", r"3$\times$ Faster", "3times Faster"),
        ("1000 Layers", "1,000 Layers", "1{,}000 Layers"),
        ("Õ(n) Nets", r"$\tilde{O}(n)$ Nets", r"$\widetilde{\mathcal{O}}(n)$ Nets", "tildeO(n) Nets"),
        ("Foo Nets", r"{\bf Foo} Nets", r"$\mathbf{Foo}$ Nets", r"\ensuremath{Foo} Nets", r"\operatorname*{Foo} Nets"),
        ("Foo Nets", "emphFoo Nets", r"\textcolor{red}{Foo} Nets", r"\href{https://x.example}{Foo} Nets"),
        (
            "Foo Nets",
            r"Foo\thanks{Names} Nets",
            r"Foo~Nets",
            r"Foo\\Nets",
            r"Foo\, Nets",
            r"Foo\footnote{So \emph{it} is} Nets",
        ),
        ("Łukasz Nets", r"\L ukasz Nets", r"\L{}ukasz Nets", r"{\L}ukasz Nets"),
        ("Gödel", r"G\"odel", r"G\"{o}del", r"G{\"o}del", "Godel"),
        ("Façade", r"Fa\c{c}ade", r"Fa\c cade"),
        ("½ Nets", "1/2 Nets", r"$\frac{1}{2}$ Nets", r"$\tfrac12$ Nets"),
        ("R&D Nets", "R&amp;D Nets", r"R\&D Nets"),
        ("Müller", "M&uuml;ller", "M&#252;ller"),
        ("CO₂ Nets", "CO2 Nets", "CO$_2$ Nets", r"CO$_{\text{2}}$ Nets", "CO<sub>2</sub> Nets"),
        ("10⁻³ Error", "10^{-3} Error", "10$^{-3}$ Error"),
        ("Lad\u00adders", "Lad\u200bders", "Ladders"),
        ("A -> B", "A→B", r"$A \to B$"),
        ("The \u21131 Norm", r"The $\ell_1$ Norm"),
        ("a≠b", r"$a \neq b$", r"$a\ne b$"),
        ("π0.5", r"$\pi_{0.5}$", "pi_0.5"),
        ("سلم ٢", "سُلَّم 2"),
        ("バス", "\uff8a\uff9e\uff7d"),
    ],
    ids=lambda titles: titles[0],
)
def test_prints_of_one_title_have_one_key(titles: tuple[str, ...]):
    assert set(make_keys(*titles)) == {make_keys(titles[0])[0]}


@pytest.mark.parametrize(
    "titles",
    [
        ("GPT-2.5", "GPT-25", "GPT-2", "GPT 2 5"),
        ("C Analysis", "C++ Analysis", "C# Analysis"),
        ("Ladders, Part I", "Ladders, Part II", "Ladders, Part III"),
        ("Qwen3", "Qwen3-Omni", "Qwen2.5", "Qwen2"),
        ("From 1 12 Steps", "From 11 2 Steps", "From 112 Steps"),
        ("中文标题", "中文题目"),
        ("Lamps 1.2.3", "Lamps 1.23", "Lamps 12.3", "Lamps 1.2 3", "Lamps 1 2.3"),
        ("Lamps 10^3", "Lamps 103"),
        ("Lamps 10³", "Lamps 103"),
        ("パス", "バス", "ハス"),
        ("की सीढ़ी", "का सीढ़ा"),
        ("1,5 Lamps", "15 Lamps"),
    ],
    ids=lambda titles: titles[0],
)
def test_titles_of_different_papers_have_different_keys(titles: tuple[str, ...]):
    assert len(set(make_keys(*titles))) == len(titles)


@pytest.mark.parametrize("title", ["?!", "++", "—", "$$", r"\textbf{}"])
def test_a_title_without_letters_still_has_a_key_of_its_own(title: str):
    assert make_keys(title) == [title]


def test_folding_keeps_the_words_apart():
    assert fold("Code:  \\textsc{Foo}-2.5\n(C++), “so”…") == "code foo 2.5 c++ so"


def test_the_end_of_a_sentence_leaves_one_space():
    assert fold("We climb (slowly). Then 2.5 m fall!  Done.") == "we climb slowly then 2.5 m fall done"


def test_the_alias_depends_on_the_keys_alone():
    alias = make_alias("Deep Ladders", "We climb, slowly.")
    assert make_alias("DEEP-ladders", "we climb — slowly") == alias
    assert make_alias("Deep Ladders II", "We climb, slowly.") != alias
    assert make_alias("Deep Ladders", "We climb, quickly.") != alias
    assert make_alias("Deep Ladders", None) != alias
    assert make_alias("Deep Ladders", None) == make_alias("deep ladders", None)


def test_the_alias_of_a_text_never_changes():
    # Readers keep these ids for years: another recipe is a major version of the contract.
    abstract_key = hash_text("weclimbslowly")[:32]
    assert make_alias("Deep Ladders", None) == hash_text("deepladders")[:32]
    assert make_alias("Deep Ladders", "We climb, slowly.") == hash_text(f"deepladders\n{abstract_key}")[:32]
    assert make_alias("Deep Ladders", "We climb, slowly.") == "2c03b105958535ce186a6515786f5c17"


def test_keys_come_with_the_hash_of_the_abstract_as_published():
    cards = add_keys(pl.DataFrame({"title": ["A", "B"], "abstract": ["Some Text.", None]}))
    assert cards["abstract_sha256"].to_list() == [hash_text("Some Text."), None]
    assert cards["abstract_key"].to_list() == [hash_text("sometext")[:32], None]
    assert cards.select("title", "abstract").rows() == [("A", "Some Text."), ("B", None)]


def test_making_keys_leaves_the_texts_as_they_are():
    texts = pl.DataFrame({"title": [r"\textbf{A}", "B"], "abstract": [r"$\alpha$ &amp; so", None]})
    assert add_keys(texts).select("title", "abstract").equals(texts)


def cut_pieces(abstract: str | None) -> set[int]:
    cards = pl.DataFrame([("A", abstract)], schema={"title": pl.String, "abstract": pl.String}, orient="row")
    return set(add_keys(cards)["pieces"].to_list()[0])


SENTENCES = (
    "Ladders lean on walls and climbers fall when their rungs break under load.",
    "Engineers measure every rung and report fractures, corrosion and wobble.",
    "We publish forty years of their notes together with the code that reads them.",
)


def test_another_print_of_an_abstract_shares_a_piece_with_it():
    whole = cut_pieces(" ".join(SENTENCES))
    assert whole & cut_pieces(SENTENCES[1])  # a sentence of it
    assert whole & cut_pieces(" ".join(reversed(SENTENCES)))  # in another order
    assert whole & cut_pieces(f"{SENTENCES[0][:60]} whatever follows after that and goes on")  # the beginning
    assert whole & cut_pieces(f"whatever stands before {SENTENCES[2][-60:]}")  # the end
    assert whole == cut_pieces(" ".join(SENTENCES).upper().replace(",", " \u2013"))


def test_short_sentences_and_other_texts_share_no_piece():
    assert cut_pieces("We climb. It is novel. Code is public.") == set()
    assert cut_pieces(None) == set()
    assert not cut_pieces(f"We climb. {SENTENCES[0]}") & cut_pieces(f"We climb. {SENTENCES[1]}")


def test_a_sentence_ends_in_other_scripts_too():
    chinese = "梯子靠在墙上而横档断裂时攀登者会坠落到地面上去。我们在负载下测量了九十架梯子的每一根横档并且报告了断裂。"
    assert len(cut_pieces(chinese) & cut_pieces("我们在负载下测量了九十架梯子的每一根横档并且报告了断裂。")) >= 1


words = st.lists(st.text(string.ascii_letters, min_size=1, max_size=8), min_size=1, max_size=6)


@given(
    words,
    st.text(" -\u2013—:,;!?'\"“”()/|~*", min_size=1, max_size=3),
    st.sampled_from((str.upper, str.lower, str.title)),
)
def test_case_and_punctuation_never_matter(title: list[str], mark: str, recase: object):
    plain = " ".join(title)
    assert len(set(make_keys(plain, mark.join(title), recase(plain), f"{mark}{plain}{mark}"))) == 1


@given(st.text(min_size=1))
def test_every_title_has_a_key_without_white_space_at_its_ends(title: str):
    (key,) = make_keys(title)
    assert key == title.lower() or (key and key == key.strip())


@given(words, st.integers(0, 99), st.integers(0, 99))
def test_a_decimal_is_never_another_number(title: list[str], whole: int, part: int):
    decimal, joined, apart = (
        " ".join((*title, number)) for number in (f"{whole}.{part}", f"{whole}{part}", f"{whole} {part}")
    )
    assert len(set(make_keys(decimal, joined, apart))) == 3


@given(st.text())
def test_folding_leaves_nothing_but_lower_case_words_and_single_spaces(text: str):
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert folded == folded.lower()


@given(st.text(st.characters(max_codepoint=127)))
def test_a_letter_of_another_script_changes_nothing_in_the_rest(text: str):
    # Texts of plain ASCII are folded by a shorter way.
    assert fold(f"{text} | é") == f"{fold(text)} e".lstrip()
    plain, foreign = make_abstract_keys(f"{text} | e", f"{text} | é")
    assert plain == foreign
