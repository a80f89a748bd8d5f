"""What is to be said of the dataset as a whole, wherever it is described: in descriptors, on its card, in the docs."""

from __future__ import annotations

from typing import Final

DATASET_NAME: Final = "paperhouse"
SUMMARY: Final = (
    "Papers listed on captured pages of Daily Papers: deduplicated, dated as far as the evidence goes, and traceable "
    "to the byte."
)
RIGHTS: Final = (
    "Titles and abstracts are the work of their authors and stay under their rights or their publishers'; this dataset "
    "grants none in them. Whoever passes abstracts on must have a right to do so of their own; ids, counts, dates and "
    "places in the dumps are facts."
)
_NOT_PRINTED: Final = (
    "The pages print no arXiv ids and no URLs of papers, no names of authors, and often no year: so there is no column "
    "for the first three, and a year that nothing proves is null. URLs in links are those that abstracts hold."
)
_COUNTS: Final = (
    "Numbers of comments and upvotes are what was printed when the page was captured; unknown is null, never 0."
)
_IDENTITY: Final = (
    "Which listings are one paper was decided by rules, with the rule of every merge in merges and what was close in "
    "near_misses; a paper that was renamed and rewritten stays two."
)
LIMITS: Final = (_NOT_PRINTED, _COUNTS, _IDENTITY)
