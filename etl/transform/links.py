"""URLs in abstracts, and what they most likely lead to."""

from __future__ import annotations

from typing import Final

import polars as pl

_CLOSING: Final = r"\p{Pi}\p{Pf}\u2026\u3001\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
"""Quotes, ellipsis and full-width punctuation, which end a URL wherever they stand."""
_URL: Final = (
    r"(?i)(?:\bhttps?://|(?:^|[^\w@.%/-])(?:www\.|(?:github|gitlab|huggingface)\.(?:com|co)/))"
    rf"[^\s<>\"{{}}|\\^`\[\]{_CLOSING}]*[^\s<>\"{{}}|\\^`\[\]{_CLOSING}.,;:!?'*_~]"
)
_BEGINNING: Final = r"(?i)http|www\.|github\.|gitlab\.|huggingface\."
"""Something of it is in every URL; most abstracts have none of it, which is seen sooner than that they have no URL."""
_HOST: Final = r"(?i)^(?:https?://)?(?:[^/@]*@)?(?:www\.)?([^/:?#]+)"
_PATH: Final = r"(?i)^(?:https?://)?[^/?#]*/?(.*)$"

KIND_RULES: Final = (
    ("dataset", r"^(?:huggingface\.co/datasets/|kaggle\.com/datasets/|zenodo\.org/|data\.mendeley\.com/)"),
    (
        "demo",
        r"^(?:huggingface\.co/spaces/|colab\.research\.google\.com/|replicate\.com/|[a-z0-9-]+\.hf\.space(?:/|$))",
    ),
    ("paper", r"^(?:arxiv\.org/|doi\.org/|dx\.doi\.org/|openreview\.net/|aclanthology\.org/|huggingface\.co/papers/)"),
    (
        "code",
        r"^(?:github\.com/|gitlab\.com/|bitbucket\.org/|codeberg\.org/|gist\.github\.com/|anonymous\.4open\.science/)",
    ),
    ("other", r"^huggingface\.co/(?:collections|blog|docs|organizations|learn|posts)/"),
    ("model", r"^(?:huggingface\.co/[^/]+/[^/]+|modelscope\.cn/models/)"),
    ("project", r"^[^/]*\.(?:github\.io|gitlab\.io|pages\.dev|netlify\.app|vercel\.app)(?:/|$)|^sites\.google\.com/"),
)
"""Kinds in the order they are tried, each a pattern on host and path in lower case."""


def find_links(papers: pl.DataFrame) -> pl.DataFrame:
    """List the URLs in each paper's abstract.

    Columns in:  ``paper_id`` (String), ``abstract`` (String, nullable).
    Columns out: those of ``schemas.resolved.Links``, sorted by ``paper_id``, ``position``. A URL that an abstract
                 prints twice stands here twice.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.

    >>> papers = pl.DataFrame({"paper_id": ["a"], "abstract": ["Code (see https://github.com/a/b) and data."]})
    >>> find_links(papers).rows()
    [('a', 0, 'https://github.com/a/b', 'github.com', 'code')]
    """
    found = (
        papers.filter(pl.col("abstract").str.contains(_BEGINNING))
        .select("paper_id", pl.col("abstract").str.extract_all(_URL).alias("url"))
        .filter(pl.col("url").list.len() > 0)
        .explode("url")
        .with_columns(_drop_unopened(pl.col("url").str.replace(r"^[^A-Za-z0-9]", "")).alias("url"))
        .with_columns(pl.col("url").str.extract(_HOST).str.to_lowercase().alias("host"))
        .filter(pl.col("host").is_not_null())
    )
    place = pl.concat_str(pl.col("host"), pl.lit("/"), pl.col("url").str.extract(_PATH)).str.to_lowercase()
    kind = pl.coalesce(
        *(pl.when(place.str.contains(pattern)).then(pl.lit(name)) for name, pattern in KIND_RULES), pl.lit("other")
    )
    return (
        found.with_columns(kind.alias("kind"))
        .sort("paper_id", maintain_order=True)
        .with_columns(pl.int_range(pl.len(), dtype=pl.Int32).over("paper_id").alias("position"))
        .select("paper_id", "position", "url", "host", "kind")
    )


def _drop_unopened(url: pl.Expr) -> pl.Expr:
    """Drop a closing parenthesis that the URL did not open, with the punctuation before it."""
    is_unopened = url.str.count_matches(r"\)") > url.str.count_matches(r"\(")
    return pl.when(is_unopened).then(url.str.replace(r"[.,;:!?'*_~]*\)[^)/]*$", "")).otherwise(url)
