r"""Two prints of one title: other case, signs, Unicode forms, LaTeX, and what is left where LaTeX was stripped."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from tests.hard_pairs.pair import Change, Row, Two, with_title

if TYPE_CHECKING:
    import random


FONTS: Final = ("textbf", "textit", "textsc", "texttt", "textrm", "textsf", "emph", "text", "textnormal", "underline",
                "mbox", "textmd", "textup", "textsl")  # fmt: skip
MATH_FONTS: Final = ("mathrm", "mathbf", "mathcal", "mathbb", "mathsf", "mathtt", "mathit", "boldsymbol", "bm",
                     "operatorname", "operatorname*", "text", "ensuremath", "mathfrak", "mathscr")  # fmt: skip
SWITCHES: Final = ("bf", "it", "em", "tt", "sc", "rm", "sf", "bfseries", "itshape", "scshape", "ttfamily")
REMAINS: Final = ("textbf", "textsc", "texttt", "mathrm", "mathbf", "mathcal", "boldsymbol", "operatorname", "mathsf")
ACCENTS: Final = {
    "'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a",
}  # fmt: skip
GREEK: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
GREEK_VARIANTS: Final = {"varepsilon": "ϵ", "vartheta": "ϑ", "varphi": "ϕ", "varrho": "ϱ", "varsigma": "ς"}
SYMBOLS: Final = (
    ("×", r"$\times$", r"\times "), ("→", r"$\to$", r"$\rightarrow$", "->"), ("≤", r"$\leq$", r"$\le$"),
    ("≥", r"$\geq$", r"$\ge$"), ("∞", r"$\infty$"), ("±", r"$\pm$"), ("≠", r"$\neq$", r"$\ne$"),
    ("∇", r"$\nabla$"), ("∂", r"$\partial$"), ("ℓ", r"$\ell$"), ("½", "1/2", r"$\frac{1}{2}$", r"$\tfrac12$"),
    ("∈", r"$\in$"), ("⊕", r"$\oplus$"), ("⊗", r"$\otimes$"), ("∑", r"$\sum$"), ("√", r"$\sqrt{}$"),
    ("…", "...", r"\ldots", r"$\dots$"), ("≈", r"$\approx$"), ("·", r"$\cdot$"), ("90°", r"90$^\circ$"),
)  # fmt: skip
SCRIPTS: Final = {"2": ("²", "₂"), "3": ("³", "₃"), "0": ("⁰", "₀"), "10": ("¹⁰", "₁₀"), "n": ("ⁿ", "ₙ")}
QUOTES: Final = (("“", "”"), ("``", "''"), ('"', '"'), ("‘", "’"), ("«", "»"), ("„", "“"), ("`", "'"))
DASHES: Final = ("-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "--", "---", r"\textendash{}")
INVISIBLE: Final = ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d")
SPACES: Final = ("\u00a0", "\u2009", "\u3000", "~", r"\,", r"\ ", r"\;", "  ", "\t")
EMOJI: Final = ("🚀 ", "🤗", "🔥 ", "👁️‍🗨️ ", "🇺🇳 ")


def _change_word(row: Row, rng: random.Random, change: str, *, longest: bool = False) -> Two:
    """Put one word of the title, where ``%s`` is, into something else."""
    words = row["title"].split(" ")
    place = max(range(len(words)), key=lambda at: len(words[at])) if longest else rng.randrange(len(words))
    words[place] = change.replace("%s", words[place])
    return with_title(row, row["title"], " ".join(words))


def _insert(row: Row, rng: random.Random, left: str, right: str) -> Two:
    """Put a sign into the title, printed in two ways."""
    words = row["title"].split(" ")
    place = rng.randrange(len(words) + 1)
    return with_title(row, *(" ".join((*words[:place], sign, *words[place:])) for sign in (left, right)))


def _cased(row: Row, rng: random.Random) -> Two:
    title = row["title"]
    return with_title(row, title, rng.choice((title.upper(), title.lower(), title.title(), title.swapcase())))


def _dashed(row: Row, rng: random.Random) -> Two | None:
    dash = rng.choice(DASHES)
    return with_title(row, row["title"], row["title"].replace("-", dash)) if "-" in row["title"] else None


def _quoted(row: Row, rng: random.Random) -> Two:
    (left, right), (other_left, other_right) = rng.sample(QUOTES, 2)
    words = row["title"].split(" ")
    stop = rng.randrange(1, len(words) + 1)
    start = rng.randrange(stop)
    quoted, rest, tail = " ".join(words[start:stop]), words[:start], words[stop:]
    return with_title(
        row,
        " ".join((*rest, f"{left}{quoted}{right}", *tail)),
        " ".join((*rest, f"{other_left}{quoted}{other_right}", *tail)),
    )


def _accented(row: Row, rng: random.Random) -> Two:
    places = [place for place, letter in enumerate(row["title"]) if letter.lower() in "aeounsczry"]
    place = rng.choice(places)
    letter, sign = row["title"][place], rng.choice(tuple(ACCENTS))
    control = f"{{{letter}}}" if sign.isalpha() else rng.choice((letter, f"{{{letter}}}"))
    latex = rng.choice((f"\\{sign}{control}", f"{{\\{sign}{control}}}"))
    forms = [latex, letter + ACCENTS[sign], letter]
    left, right = rng.sample(forms, 2)
    title = row["title"]
    return with_title(row, title[:place] + left + title[place + 1 :], title[:place] + right + title[place + 1 :])


def _foreign_letter(row: Row, rng: random.Random) -> Two:
    forms = rng.choice(
        (("Ł", r"\L{}", r"{\L}"), ("ø", r"\o{}", r"{\o}"), ("æ", r"\ae{}", r"{\ae}"), ("ß", r"\ss{}", r"{\ss}"),
         ("å", r"\aa{}", r"{\aa}"), ("œ", r"\oe{}", r"{\oe}"), ("ı", r"\i{}", r"{\i}"))
    )  # fmt: skip
    left, right = rng.sample(forms, 2)
    return _insert(row, rng, f"{left}ukasz", f"{right}ukasz")


def _greek(row: Row, rng: random.Random) -> Two:
    name = rng.choice(tuple(GREEK))
    forms = (
        GREEK[name],
        rf"$\{name}$",
        name,
        "\\(\\" + name + "\\)",
        rf"$\boldsymbol{{\{name}}}$",
        f"boldsymbol{GREEK[name]}",
    )
    left, right = rng.sample(forms, 2)
    return _insert(row, rng, f"{left}-Net", f"{right}-Net")


def _greek_variant(row: Row, rng: random.Random) -> Two:
    name = rng.choice(tuple(GREEK_VARIANTS))
    left, right = rng.sample((GREEK_VARIANTS[name], rf"$\{name}$", name.removeprefix("var")), 2)
    return _insert(row, rng, f"{left}-Net", f"{right}-Net")


def _script(row: Row, rng: random.Random) -> Two:
    plain, is_above = rng.choice(tuple(SCRIPTS)), rng.random() < 0.5
    sign = "^" if is_above else "_"
    forms = (
        SCRIPTS[plain][0 if is_above else 1], f"{sign}{plain}", f"${sign}{{{plain}}}$",
        rf"${sign}{{\text{{{plain}}}}}$",
        f"<su{'p' if is_above else 'b'}>{plain}</su{'p' if is_above else 'b'}>",
        rf"\text{'super' if is_above else 'sub'}script{{{plain}}}",
    )  # fmt: skip
    left, right = rng.sample(forms, 2)
    stem = rng.choice(("R", "Tree", "CO", "GUI-G"))
    return _insert(row, rng, stem + left, stem + right)


def _symbol(row: Row, rng: random.Random) -> Two:
    left, right = rng.sample(rng.choice(SYMBOLS), 2)
    return _insert(row, rng, left, right)


def _invisible(row: Row, rng: random.Random) -> Two:
    title, place = row["title"], rng.randrange(1, len(row["title"]))
    return with_title(row, title, title[:place] + rng.choice(INVISIBLE) + title[place:])


def _spaced(row: Row, rng: random.Random) -> Two:
    return with_title(row, row["title"], row["title"].replace(" ", rng.choice(SPACES)))


def _full_width(row: Row, _: random.Random) -> Two:
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in row["title"])
    return with_title(row, row["title"], wide)


def _math_letters(row: Row, _: random.Random) -> Two:
    bold = "".join(
        chr(0x1D5D4 + ord(letter) - 65) if "A" <= letter <= "Z" else chr(0x1D5EE + ord(letter) - 97)
        if "a" <= letter <= "z" else letter for letter in row["title"]
    )  # fmt: skip
    return with_title(row, row["title"], bold)


def _ligatures(row: Row, _: random.Random) -> Two | None:
    title = row["title"]
    for letters, sign in (("ffi", "ﬃ"), ("ffl", "ﬄ"), ("ff", "ﬀ"), ("fi", "ﬁ"), ("fl", "ﬂ")):
        title = title.replace(letters, sign)
    return with_title(row, row["title"], title) if title != row["title"] else None


def _html(row: Row, rng: random.Random) -> Two:
    plain = rng.choice(("R&D", "<think>", '"so"', "it's", "A > B", "naïve", "Müller"))
    coded = html.escape(plain).encode("ascii", "xmlcharrefreplace").decode()
    coded = coded.replace("&#239;", "&iuml;") if rng.random() < 0.5 else coded
    return _insert(row, rng, plain, coded)


def _html_tags(row: Row, rng: random.Random) -> Two:
    tag = rng.choice(("i", "b", "em", "strong", "tt", "code"))
    return _change_word(row, rng, f"<{tag}>%s</{tag}>")


def _thousands(row: Row, rng: random.Random) -> Two:
    number = rng.choice(("1,000", "20,000", "1,000,000"))
    return _insert(row, rng, f"{number} Tasks", f"{number.replace(',', rng.choice(('', '{,}')))} Tasks")


def _percent(row: Row, rng: random.Random) -> Two:
    left, right = rng.sample((r"100\%", "100%", r"$100\%$"), 2)
    return _insert(row, rng, f"{left} Recall", f"{right} Recall")


def _ampersand(row: Row, rng: random.Random) -> Two:
    left, right = rng.sample((r"R\&D", "R&D", "R&amp;D"), 2)
    return _insert(row, rng, left, right)


def _decorated(row: Row, rng: random.Random) -> Two:
    title = row["title"]
    forms = (rng.choice(EMOJI) + title, f"{title}.", f'"{title}"', f"{title} *", f"{title}†", f"**{title}**",
             f"{title} 🔥",
             f"{title}\\thanks{{Equal work}}", f"{title}\\footnote{{Code soon}}")  # fmt: skip
    return with_title(row, title, rng.choice(forms))


def _tilde(row: Row, rng: random.Random) -> Two:
    left, right = rng.sample(("Õ(n)", r"$\tilde{O}(n)$", r"$\widetilde{\mathcal{O}}(n)$", r"$\tilde O(n)$", "O(n)"), 2)
    return _insert(row, rng, left, right)


def _nested(row: Row, rng: random.Random) -> Two:
    forms = (
        r"\texorpdfstring{$\pi$}{π}",
        r"{\boldmath$\pi$}",
        r"$\bm{\pi}$",
        r"\textbf{\textit{$\pi$}}",
        "$\\pi$",
        "π",
    )
    left, right = rng.sample(forms, 2)
    return _insert(row, rng, f"{left}-Net", f"{right}-Net")


SAME_TITLES: Final[dict[str, tuple[str, Change]]] = {
    "all letters in another case": ("case", _cased),
    "other dashes": ("punctuation", _dashed),
    "other quotes": ("punctuation", _quoted),
    "decorated title": ("punctuation", _decorated),
    "thousands": ("punctuation", _thousands),
    "accents": ("LaTeX", _accented),
    "foreign letters": ("LaTeX", _foreign_letter),
    "Greek in three forms": ("LaTeX", _greek),
    "Greek variants": ("LaTeX", _greek_variant),
    "sub- and superscripts": ("LaTeX", _script),
    "symbols": ("LaTeX", _symbol),
    "fonts": ("LaTeX", lambda row, rng: _change_word(row, rng, rf"\{rng.choice(FONTS)}{{%s}}")),
    "math fonts": ("LaTeX", lambda row, rng: _change_word(row, rng, rf"$\{rng.choice(MATH_FONTS)}{{%s}}$")),
    "font switches": ("LaTeX", lambda row, rng: _change_word(row, rng, rf"{{\{rng.choice(SWITCHES)} %s}}")),
    "stripped remains": ("LaTeX", lambda row, rng: _change_word(row, rng, f"{rng.choice(REMAINS)}%s")),
    "percent": ("LaTeX", _percent),
    "ampersand": ("LaTeX", _ampersand),
    "tilde over a letter": ("LaTeX", _tilde),
    "nested commands": ("LaTeX", _nested),
    "link": ("LaTeX", lambda row, rng: _change_word(row, rng, r"\href{https://x.example/a_b}{%s}")),
    "colour": ("LaTeX", lambda row, rng: _change_word(row, rng, r"\textcolor{red}{%s}")),
    "invisible signs": ("Unicode", _invisible),
    "other spaces": ("Unicode", _spaced),
    "full width": ("Unicode", _full_width),
    "mathematical letters": ("Unicode", _math_letters),
    "ligatures": ("Unicode", _ligatures),
    "HTML entities": ("Unicode", _html),
    "HTML tags": ("Unicode", _html_tags),
}
"""Families by name, each with its kind: what the title key alone must see through."""
