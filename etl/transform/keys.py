r"""Keys: what is left of a text when everything is folded that may differ between two prints of one paper.

Text is published as printed; only keys fold. A key knows LaTeX: ``$\alpha$``, ``α`` and ``alpha`` are one, and the
remains of stripped commands (``boldsymbolλ``) go. It keeps what tells papers apart: ``2.5``, ``C++``, ``C#``.
"""

from __future__ import annotations

import hashlib
import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa

from etl.transform.markup import DECIMAL_POINT, TRIGGER, strip_markup

if TYPE_CHECKING:
    from collections.abc import Callable

_GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi",
    "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SYMBOLS: Final = {
    "∞": "infty", "×": "x", "→": "to", "≤": "leq", "≥": "geq", "∇": "nabla", "∂": "partial", "±": "pm", "∈": "in",
    "⊕": "oplus", "⊗": "otimes", "∑": "sum", "∏": "prod", "√": "sqrt", "∫": "int", "∀": "forall", "∃": "exists",
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ŋ": "ng", "ı": "i",
    "∆": "delta", "ی": "ي", "ک": "ك", "\u0640": "",
}  # fmt: skip
_DIGITS: Final = {chr(first + digit): str(digit) for first in (0x660, 0x6F0, 0x966) for digit in range(10)}
"""The digits of Arabic, Persian and Devanagari."""

_COMMANDS: Final = (
    "boldsymbol|mathbb|mathcal|mathrm|mathbf|mathsf|mathit|mathtt|mathds|mathfrak|mathscr|operatorname|textsc|textbf|"
    "textit|texttt|textrm|textsf|textnormal|textsuperscript|textsubscript|ensuremath"
)
_REMAINS: Final = {
    "varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho", "varsigma": "sigma",
    "rightarrow": "to",
}  # fmt: skip
_ACCENTS: Final = (
    r"[\x{300}-\x{36f}\x{483}-\x{487}\x{591}-\x{5bd}\x{5bf}\x{5c1}\x{5c2}\x{610}-\x{61a}\x{64b}-\x{65f}\x{670}"
    r"\x{6d6}-\x{6ed}\x{1ab0}-\x{1aff}\x{1dc0}-\x{1dff}\x{20d0}-\x{20ff}\x{fe00}-\x{fe0f}\x{fe20}-\x{fe2f}]"
)
"""Marks that two prints of one text may differ in. In scripts of India and in Japanese a mark is a letter's sound."""

_HASH_DIGITS: Final = 32


_SENTENCE_END: Final = "\u0002"
_KEPT: Final = rf"\p{{L}}\p{{N}}\p{{M}}+#{DECIMAL_POINT}{_SENTENCE_END}"
"""What a key keeps of a spelled text, as a class of signs."""
_DROPPED: Final = bytes(
    sign for sign in range(128) if not re.match(rf"[a-zA-Z0-9+#{DECIMAL_POINT}{_SENTENCE_END}]", chr(sign))
)
_JOINED: Final = bytes.maketrans(DECIMAL_POINT.encode(), b".")
_SPACED: Final = bytes.maketrans(
    _DROPPED + (_SENTENCE_END + DECIMAL_POINT).encode(), b" " * (len(_DROPPED) + len(_SENTENCE_END)) + b"."
)
"""The same for bytes of ASCII: those that go, and what the others become, joined or as words."""
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
    return _spell(text).map_batches(_space_words, return_dtype=pl.String, is_elementwise=True)


def _spell(text: pl.Expr) -> pl.Expr:
    """Spell out all that two prints of a text may spell otherwise; its spaces and punctuation are still there.

    Decimal points and ends of sentences are marked by signs of their own.
    """
    plain = text.map_batches(_strip_markup, return_dtype=pl.String, is_elementwise=True)
    bared = plain.str.replace_all(
        r"\bemph([A-Z])|\b(?:wide)?(?:tilde|hat|bar|vec)(?:mathcal|mathbf)?([A-Z])\b", "${1}${2}"
    )
    folded = bared.map_batches(_fold_letters, return_dtype=pl.String, is_elementwise=True)
    bare = folded.str.replace_all(rf"(?:{_COMMANDS})|[${{}}_^]", "")
    counted = bare.str.replace_all(r"([0-9]) ?times", "${1}x")
    marked = counted.str.replace_all(r"[.!?]+\s+|[。।؟]", _SENTENCE_END)
    return marked.str.replace_all(r"([0-9])[.]([0-9])", f"${{1}}{DECIMAL_POINT}${{2}}")


def _strip_markup(texts: pl.Series) -> pl.Series:
    """Strip the markup of the few texts that have any."""
    return _change_some(
        texts,
        texts.str.contains(TRIGGER),
        lambda marked: pl.Series([strip_markup(text) for text in marked], dtype=pl.String),
    )


def _fold_letters(texts: pl.Series) -> pl.Series:
    """Fold letters to the plain ones that they are forms of; the few texts with others than ASCII's have such forms."""
    is_foreign = ~_is_ascii(texts)
    lower = _change_some(texts, is_foreign, lambda foreign: foreign.str.normalize("NFKD")).str.to_lowercase()
    spelled = _change_some(
        lower,
        is_foreign,
        lambda foreign: foreign.str.replace_all(_ACCENTS, "").str.replace_many(_GREEK | _SYMBOLS | _DIGITS | _REMAINS),
    )
    return _change_some(spelled, ~is_foreign, lambda plain: plain.str.replace_many(_REMAINS))


def _join_letters(spelled: pl.Series) -> list[bytes | None]:
    """Drop all that is no letter, digit or end of a sentence, spaces too; in UTF-8."""
    return [None if text is None else text.encode().translate(_JOINED, _DROPPED) for text in _keep_letters(spelled)]


def _space_words(spelled: pl.Series) -> pl.Series:
    """Put one space in the place of all that is no letter or digit."""
    words = (None if text is None else text.encode().translate(_SPACED).split() for text in _keep_letters(spelled))
    return pl.Series([None if some is None else b" ".join(some).decode() for some in words], dtype=pl.String)


def _keep_letters(spelled: pl.Series) -> pl.Series:
    """Put spaces in the place of all signs beside ASCII's that no key keeps.

    In ASCII a sign is a byte, and a table of bytes takes a tenth of the time; no other sign has bytes that are ASCII.
    """
    return _change_some(spelled, ~_is_ascii(spelled), lambda foreign: foreign.str.replace_all(rf"[^{_KEPT}]+", " "))


def _is_ascii(texts: pl.Series) -> pl.Series:
    return (texts.str.len_bytes() == texts.str.len_chars()).fill_null(value=True)


def _change_some(texts: pl.Series, is_changed: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Change those of the texts that are not null and for which ``is_changed`` holds."""
    is_changed = (is_changed & texts.is_not_null()).fill_null(value=False)
    if not is_changed.any():
        return texts
    changed = change(texts.filter(is_changed))
    return (
        changed
        if len(changed) == len(texts)
        else changed.gather((is_changed.cast(pl.Int64).cum_sum() - 1).clip(0)).zip_with(is_changed, texts)
    )


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
                 (List(UInt64): hashes of its sentences, first and last letters). Rows and order unchanged.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.

    >>> cards = pl.DataFrame({"title": ["A"], "abstract": [None]}, schema={"title": pl.String, "abstract": pl.String})
    >>> add_keys(cards).row(0)
    ('A', None, 'a', None, 'ca978112ca1bbdcafac231b39a23dc4d', None, [])
    """
    keyed = cards.with_columns(
        make_title_key(pl.col("title")).alias("title_key"), _spell(pl.col("abstract")).alias("abstract_key")
    )
    abstracts = _join_letters(keyed["abstract_key"])
    abstract_keys = [None if text is None else _hash(text.replace(_SENTENCE_END.encode(), b"")) for text in abstracts]
    alias_ids = [
        _hash((title_key if abstract_key is None else f"{title_key}\n{abstract_key}").encode())
        for title_key, abstract_key in zip(keyed["title_key"], abstract_keys, strict=True)
    ]
    hashes = [None if text is None else hashlib.sha256(text.encode()).hexdigest() for text in keyed["abstract"]]
    return keyed.with_columns(
        pl.Series("abstract_key", abstract_keys, pl.String),
        pl.Series("alias_id", alias_ids, pl.String),
        pl.Series("abstract_sha256", hashes, pl.String),
        _hash_pieces([_cut_pieces(text or b"") for text in abstracts]).alias("pieces"),
    )


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:_HASH_DIGITS]


def _cut_pieces(text: bytes) -> set[bytes]:
    """Cut an abstract into the pieces by which another print of it is found: sentences, first and last letters."""
    sentences = text.split(_SENTENCE_END.encode())
    letters = b"".join(sentences)
    pieces = {sentence for sentence in sentences if _is_long(sentence)}
    if len(letters) < _EDGE_LETTERS:
        return pieces
    if letters.isascii():
        return pieces | {letters[:_EDGE_LETTERS], letters[-_EDGE_LETTERS:]}
    signs = letters.decode()
    edges = (signs[:_EDGE_LETTERS], signs[-_EDGE_LETTERS:]) if len(signs) >= _EDGE_LETTERS else ()
    return pieces | {edge.encode() for edge in edges}


def _is_long(sentence: bytes) -> bool:
    """Tell whether a sentence is long enough to be nobody else's; a Chinese letter says as much as three others."""
    length = len(sentence)
    return length >= 2 * _MIN_SENTENCE_LETTERS or (
        length >= _MIN_SENTENCE_LETTERS and (sentence.isascii() or len(sentence.decode()) >= _MIN_SENTENCE_LETTERS)
    )


def _hash_pieces(pieces: list[set[bytes]]) -> pl.Series:
    """Hash the pieces of each text to numbers of 64 bits; many are hashed, so they are never made objects."""
    hashes = b"".join(blake2b(piece, digest_size=_PIECE_BYTES).digest() for some in pieces for piece in some)
    offsets = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    numbers = np.frombuffer(hashes, ">u8").astype(np.uint64)
    return pl.Series(pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(numbers)), dtype=pl.List(pl.UInt64))
