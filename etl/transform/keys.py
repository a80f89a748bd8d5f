r"""Keys: what is left of a text when everything is folded that may differ between two prints of one paper.

Text is published as printed; only keys fold. A key knows LaTeX: ``$\alpha$``, ``α`` and ``alpha`` are one, and the
remains of stripped commands (``boldsymbolλ``) go. It keeps what tells papers apart: ``2.5``, ``C++``, ``C#``.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

_GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi",
    "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SYMBOLS: Final = {
    "∞": "infty", "×": "times", "→": "to", "≤": "leq", "≥": "geq", "ℓ": "ell", "∇": "nabla", "∂": "partial",
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i",
}  # fmt: skip
_COMMANDS: Final = (
    "boldsymbol|mathbb|mathcal|mathrm|mathbf|mathsf|mathit|mathfrak|mathscr|operatorname|textsc|textbf|textit|texttt|"
    "textrm|textsf|textsuperscript|textsubscript"
)
_LATEX_SYNONYMS: Final = {r"\rightarrow": " to ", r"\varepsilon": "epsilon", r"\varphi": "phi", r"\vartheta": "theta"}
_HASH_DIGITS: Final = 32


_SENTENCE_END: Final = "\u0002"
_DECIMAL_POINT: Final = "\u0001"
_EDGE_LETTERS: Final = 48
_MIN_SENTENCE_LETTERS: Final = 40
_PIECE_BYTES: Final = 8


def fold_text(text: pl.Expr) -> pl.Expr:
    r"""Fold a text to lower-case letters and digits, with one space between its words.

    Unicode compatibility forms, case, accents, LaTeX commands, braces and dollars go; Greek letters and a few signs
    are spelled as LaTeX spells them.

    >>> texts = pl.DataFrame({"text": [r"\textsc{Ångström}  $\alpha$-GPT 2.5", "boldsymbolα C++"]})
    >>> texts.select(fold_text(pl.col("text"))).to_series().to_list()
    ['angstrom alpha gpt 2.5', 'alpha c++']
    """
    return _fold(text).str.replace_all(rf"[ {_SENTENCE_END}]+", " ").str.strip_chars()


def _fold(text: pl.Expr) -> pl.Expr:
    """Fold as :func:`fold_text` does, but mark where sentences end."""
    folded = text.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"\p{M}", "")
    spelled = folded.str.replace_many(_GREEK | _SYMBOLS | _LATEX_SYNONYMS)
    plain = spelled.str.replace_all(rf"\\emph|\\?(?:{_COMMANDS})", "").str.replace_all(r"\\[\"'`^~=.]|[\\${}_^]", "")
    marked = plain.str.replace_all(r"[.!?]+\s+", _SENTENCE_END).str.replace_all(
        r"([0-9])[.]([0-9])", f"${{1}}{_DECIMAL_POINT}${{2}}"
    )
    kept = marked.str.replace_all(rf"[^\p{{L}}\p{{N}}+#{_DECIMAL_POINT}{_SENTENCE_END}]+", " ")
    return kept.str.replace_all(_DECIMAL_POINT, ".", literal=True)


def make_title_key(title: pl.Expr) -> pl.Expr:
    r"""Fold a title to its key: no spaces either, but numbers stay apart; never empty.

    >>> titles = pl.DataFrame({"title": ["Fine-Tuning GPT 4 1", "Finetuning $GPT$-4-1", "?!"]})
    >>> titles.select(make_title_key(pl.col("title"))).to_series().to_list()
    ['finetuninggpt4 1', 'finetuninggpt4 1', '?!']
    """
    apart = (
        fold_text(title)
        .str.replace_all(r"([0-9]) ([0-9])", "${1}\u0001${2}")
        .str.replace_all(r"([0-9]) ([0-9])", "${1}\u0001${2}")
    )
    key = apart.str.replace_all(" ", "", literal=True).str.replace_all("\u0001", " ", literal=True)
    return pl.when(key.str.contains(r"[\p{L}\p{N}]")).then(key).otherwise(title.str.to_lowercase())


def add_keys(cards: pl.DataFrame) -> pl.DataFrame:
    """Add the keys that say which listings can be one paper.

    Columns in:  ``title`` (String), ``abstract`` (String, nullable).
    Columns out: adds ``title_key`` (String), ``abstract_key`` (String, 32 hex digits, null without abstract),
                 ``alias_id`` (String, 32 hex digits: the candidate id, a function of both keys alone),
                 ``abstract_sha256`` (String, 64 hex digits of the abstract as published) and ``pieces``
                 (List(String): hashes of its sentences, first and last letters). Rows and order unchanged.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.

    >>> cards = pl.DataFrame({"title": ["A"], "abstract": [None]}, schema={"title": pl.String, "abstract": pl.String})
    >>> add_keys(cards).row(0)
    ('A', None, 'a', None, 'ca978112ca1bbdcafac231b39a23dc4d', None, [])
    """
    keyed = cards.with_columns(
        make_title_key(pl.col("title")).alias("title_key"),
        _fold(pl.col("abstract")).str.replace_all(" ", "", literal=True).alias("abstract_key"),
    )
    letters = [None if text is None else text.replace(_SENTENCE_END, "") for text in keyed["abstract_key"]]
    abstract_keys = [None if text is None else _hash(text) for text in letters]
    alias_ids = [
        _hash(title_key if abstract_key is None else f"{title_key}\n{abstract_key}")
        for title_key, abstract_key in zip(keyed["title_key"], abstract_keys, strict=True)
    ]
    pieces = [_cut_pieces(text or "") for text in keyed["abstract_key"]]
    hashes = [None if text is None else hashlib.sha256(text.encode()).hexdigest() for text in keyed["abstract"]]
    return keyed.with_columns(
        pl.Series("abstract_key", abstract_keys, pl.String),
        pl.Series("alias_id", alias_ids, pl.String),
        pl.Series("abstract_sha256", hashes, pl.String),
        pl.Series("pieces", pieces, pl.List(pl.String)),
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def _cut_pieces(text: str) -> list[str]:
    """Hash the pieces of an abstract by which another print of it is found: sentences, first and last letters."""
    sentences = {sentence for sentence in text.split(_SENTENCE_END) if len(sentence) >= _MIN_SENTENCE_LETTERS}
    letters = text.replace(_SENTENCE_END, "")
    edges = {letters[:_EDGE_LETTERS], letters[-_EDGE_LETTERS:]} if len(letters) >= _EDGE_LETTERS else set()
    return sorted(hashlib.blake2b(piece.encode(), digest_size=_PIECE_BYTES).hexdigest() for piece in sentences | edges)
