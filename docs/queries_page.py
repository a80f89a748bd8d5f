"""Renders docs/queries.md: the views and macros of a release, the search, and how to ask them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from etl.load.catalog import render_sql_files
from etl.load.sql_files import list_search_files, list_sql_files

if TYPE_CHECKING:
    from etl.load.sql_files import SqlFile

INTRO: Final = """\
# Questions in SQL

This page is made from the SQL in `warehouse/` by `make docs`; every example on it runs in the tests.

`paperhouse.duckdb` in each release has the tables of [the dictionary](dictionary.md), and the views and macros below.
Open it with DuckDB, or let `paperhouse sql` ask it, which can read nothing else and change nothing:

```sh
paperhouse sql "SELECT title, first_listed_on FROM new_since('2024-01-01') LIMIT 5"
```

| question | answer |
| --- | --- |
"""

QUESTIONS: Final = {
    "What is new since a day?": "new_since",
    "What was listed since a day?": "listed_since",
    "What was published in a month?": "papers_of_month",
    "What does an organisation publish?": "papers_of_organization",
    "Which papers have code?": "papers_with_code",
    "Where is the code?": "code_links",
    "What is discussed most?": "most_discussed",
    "How did comments grow?": "comment_history",
    "How did upvotes grow?": "upvote_history",
    "What is listed most?": "most_listed",
    "What came in on which day?": "daily",
    "What exactly does each listing print?": "listings_full",
    "What could not be read, and what is unsure?": "quality",
    "What does each column hold?": "column_quality",
    "Why does a page have its year?": "page_years",
    "What was nearly merged?": "near_miss_titles",
    "What is an old id called now?": "resolve_paper_id",
    "Which papers are about some words?": "search_papers",
}

SEARCH: Final = """\
## Search by words

`paperhouse search` finds papers by words of their titles and abstracts, the best first.
The first search of a release builds its index in the warehouse's `state/`, which grows out of the index before.
A new dump adds a segment; segments whose texts are still there are linked, not written again.
The answers are those of an index that was built at once.

```sh
paperhouse search attention
paperhouse search '"language model" quantiz* -video' --limit 5
paperhouse search --build
```

The index is a DuckDB file, too: `search.duckdb` has all that `paperhouse.duckdb` has, and the two macros below.
`paperhouse search --build` says where it is; `paperhouse sql` asks it by itself as soon as it is there.
Scores follow BM25 with k1 = 1.2 and b = 0.75, over a text's own release alone.
Say `best` rather than `LIMIT`: both give the same papers, but a `LIMIT` comes when all that were found were looked up.
Join `papers` only to the few rows that you want to read, since texts are nearly all of a release:

```sql
SELECT found.score, papers.title, papers.abstract
FROM search_papers('attention', best := 3) AS found
JOIN papers ON papers.paper_id = found.paper_id
ORDER BY found.score DESC;
```

"""

RESULTS: Final = Path(__file__).resolve().parent.parent / "bench" / "results" / "search.md"
MEASURED: Final = """\
### How long an answer takes

`{command}` builds an index and asks it; `seconds` are those of `paperhouse search` after its start, the best of five.
Nothing else of weight ran on the two cores meanwhile.
The index of a million papers is that of 100,000, each segment ten times with numbers of its own.

{figures}
The aim is an answer within 0.3 seconds at a million papers.
Most of a long answer goes into reading postings: of a word that nearly every paper has, a million of them.
So a question of ten such words and nothing else misses the aim.
On a machine half as fast, so do questions with several of them, and beginnings as short as `th*`.
Leave such words out, or make a phrase.
Of each word all papers are read, on purpose: so the count is exact, and none of the best can be missed.

"""


def render_queries() -> str:
    """Render the page; a view or macro that answers no question on it is an error."""
    files = {file.name: file for file in (*list_sql_files(), *list_search_files())}
    untold = set(files) - set(QUESTIONS.values()) - {"search_words"}
    if untold:
        message = f"no question leads to {', '.join(sorted(untold))}: add one to QUESTIONS in docs/queries_page.py"
        raise ValueError(message)
    rows = [f"| {question} | [`{_call(files[name])}`](#{name}) |" for question, name in QUESTIONS.items()]
    questions = f"{INTRO}{chr(10).join(rows)}\n"
    search = SEARCH + _render_measured() + render_sql_files(list_search_files())
    return f"{questions}\n{render_sql_files(list_sql_files())}\n{search}"


def _call(file: SqlFile) -> str:
    return f"{file.name}(…)" if file.is_macro else file.name


def _render_measured() -> str:
    made_by, _, figures = RESULTS.read_text("utf-8").partition("\n\n")
    return MEASURED.format(command=made_by.split("`")[1], figures=figures)
