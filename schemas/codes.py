"""The open lists of codes that stand in the tables, each code with the sentence that documents it.

A new code is a minor version of the contract; a code that goes or changes its meaning is a major one.
"""

from __future__ import annotations

from typing import Final

PROBLEMS: Final = {
    "abstract_missing": "no text stands between the title and the footer, or the end of the dump",
    "author_count_invalid": "the author line's number cannot be read as a count; author_count is null",
    "author_line_missing": "the footer has a date, but neither an author line nor an organisation line",
    "comment_count_invalid": "the number behind the date cannot be read as a count; comment_count is null",
    "date_ambiguous": "a number like a year stands behind a date without a comma: year or comments, both are null",
    "date_cut_possible": "the dump ends with this date line and no line end: what reads well may have lost its end",
    "date_invalid": "the date line names no day of the calendar; published_on is null",
    "date_relative": "the date is printed relative to a day that is not printed (14 days ago); published_on is null",
    "date_missing": "the footer stops before its date line; published_on is null",
    "doubly_decoded": "the text was decoded twice before it was captured (SchrÃ¶dinger); it is left as it is",
    "footer_missing": "no footer was printed: author count, organisation, date and comment count are unknown",
    "number_rounded": "a number was printed in thousands (1.2k): the count is exact only to the digits printed",
    "stars_unread": "a number of stars of a code repository is printed, for which there is no column",
    "undecodable_bytes": "bytes that are not of the dump's encoding were read as U+FFFD",
    "upvote_count_invalid": "the number of upvotes cannot be read as a count; upvote_count is null",
    "year_unknown": "the date was printed without a year and the evidence for one is too weak; published_on is null",
}

DATE_PROBLEMS: Final = (
    "date_ambiguous",
    "date_invalid",
    "date_missing",
    "date_relative",
    "footer_missing",
    "year_unknown",
)
"""Problems that explain why published_on is null."""

QUARANTINE_REASONS: Final = {
    "card_incomplete": "a single line that has neither an abstract nor a footer: a title that was cut off, or no card",
    "card_without_title": "an abstract or a footer whose title is lost",
    "dump_rejected": "the whole dump was rejected; dumps.reason says why",
    "header_unknown": "a line above or inside the page's header that no layout names",
    "rule_failed": "a card that was read but broke a validation rule; detail names the rule and the value",
}

REJECTION_REASONS: Final = {
    "layout_unknown": "neither a known header line nor a single footer was found: this is no listing page",
    "not_text": "the bytes are no text: more than a tenth of them are control characters",
}

DUMP_STATUSES: Final = {
    "read": "the dump was read as one or more pages",
    "empty": "the dump holds nothing but white space or page furniture",
    "rejected": "the dump was not read; all of it is one quarantined span",
}

INPUT_STATUSES: Final = {
    "read": "the file was read and its content is a row of dumps",
    "unreadable": "the file could not be read and was skipped on request",
    "rejected": "the file was read but its dump was rejected",
}

FOOTERS: Final = {
    "authors": "an author line",
    "organization": "an organisation line",
    "both": "an author line and an organisation line",
    "missing": "neither",
}

LISTING_YEAR_BASES: Final = {
    "printed": "the year stands in the date line",
    "given": "the year follows from a page date given by the user",
    "inferred": "the year follows from the evidence in pages.year_evidence",
}

PAGE_YEAR_BASES: Final = {
    "printed": "the year stands in the page's header",
    "given": "the page date was given by the user",
    "inferred": "the year follows from the evidence in year_evidence",
}

SPAN_ROLES: Final = {"chrome": "page furniture that the layout names", "blank": "white space or a byte-order mark"}

SPAN_KINDS: Final = {
    "byte_order_mark": "a byte-order mark at the start of the dump",
    "white_space": "spaces, tabs and line ends between the pieces of the page",
    "navigation": "the site's own navigation",
    "banner": "the word 'new' above the page",
    "newsletter": "the invitation to the e-mail newsletter",
    "newsletter_period": "how often the newsletter comes",
    "subscribe": "the newsletter's button",
    "heading": "the page's heading",
    "byline": "who curates the page",
    "heading_trending": "the heading of the trending page, or a link to it",
    "heading_weekly": "the heading of a weekly page",
    "heading_monthly": "the heading of a monthly page",
    "heading_search": "the heading of a search",
    "tab_daily": "the link to the daily page",
    "tab_weekly": "the link to the weekly page",
    "tab_monthly": "the link to the monthly page",
    "trailer": "page furniture below the last card",
    "header_date": "the page's own day",
}

MERGE_RULES: Final = {
    "same_text": "equal title key and equal abstract key",
    "exact_title": "equal title key, and abstracts, dates or author counts that agree",
    "title_only": "equal title key, and no abstract was printed to compare",
    "near_title": "nearly equal titles, and abstracts that agree as much as the likeness of the titles demands",
    "subtitle": "one title is part of the other or has the same name before its colon, and the abstracts agree",
    "same_abstract": "other titles, but a long abstract, the date and the author count are the same",
    "decision": "a person decided so",
}

NEAR_MISS_REASONS: Final = {
    "other_abstract": "equal title key, but abstracts of other papers",
    "date_and_count": "equal title, but another date and another author count",
    "other_date": "printed dates more than two days apart",
    "other_number": "numbers, versions, parts or number words of the titles differ",
    "other_sign": "sizes or negations of the titles differ, and the abstracts are not the same",
    "other_subject": "each title, or the longer one, names what only its own abstract speaks of",
    "not_alike_enough": "no rule found enough that agrees",
}

VARIANT_REASONS: Final = {
    "conflict": "another value was printed and lost by the field's rule",
    "filled": "nothing was printed here; the paper's value comes from another listing",
    "older": "an observation on an earlier day of a number that grows",
}

VARIANT_FIELDS: Final = {
    "title": "title",
    "abstract": "abstract",
    "author_count": "author count",
    "organization_handle": "organisation handle",
    "organization_name": "organisation name",
    "submitted_by": "submitter",
    "published_on": "publication day",
    "comment_count": "comment count",
    "upvote_count": "upvote count",
}

LINK_KINDS: Final = {
    "code": "a source code host",
    "model": "a model on a model hub",
    "dataset": "a dataset on a dataset hub or archive",
    "demo": "a running demonstration",
    "project": "a project's own page",
    "paper": "a paper or a DOI",
    "other": "anything else",
}

GIVEN_BY: Final = {
    "option": "the option --page-on, or page_days in the UI",
    "sidecar": "a file page_days.csv beside the dump",
    "name": "a day in the name of the file or a folder, which counts only when an option says so",
}

LAYOUTS: Final = {
    "daily_papers": "Daily Papers: banner, newsletter, byline, the page's day, then cards with footers",
    "daily_papers_voted": "Daily Papers with tabs or submitters: upvotes, and often a submitter, above each title",
    "trending_papers": "Trending Papers: as the page above, with upvotes and links to code below each footer",
    "weekly_papers": "the papers of a week: upvotes and submitters as on the daily page",
    "monthly_papers": "the papers of a month: upvotes and submitters as on the daily page",
    "search_results": "the results of a search: upvotes and submitters as on the daily page",
    "daily_papers_plain": "Daily Papers without a single footer: titles and abstracts only",
}
