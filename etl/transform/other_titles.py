"""Two candidates with other title keys: two papers, unless titles and abstracts are alike and nothing forbids it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from etl.transform.scores import (
    ALIKE,
    EQUAL_BUT_FOR_SIGNS,
    MIN_TELLING_ABSTRACT,
    MOSTLY_COMMON_WORDS,
    NEARLY_EQUAL,
    TITLES_ALIKE,
    TITLES_COMPARABLE,
    TITLES_RELATED,
    score_abstracts,
    score_titles,
    share_content_words,
)
from etl.transform.title_marks import PART_LABELS, find_marks, number_words_differ, numbers_differ, words_differ
from etl.transform.title_words import OnlyWords, find_only_words, split_words
from etl.transform.verdicts import MAX_DAYS_APART, Observation, Verdict, count_days_apart, counts_agree

_MIN_PART_WORDS: Final = 2


@dataclass(frozen=True)
class _Likeness:
    """All that is compared of two candidates with other title keys; what costs much is looked at when it is asked."""

    left: Observation
    right: Observation
    titles: int
    score: int
    days: int | None
    same_count: bool | None
    drops_subtitle: bool

    @cached_property
    def only(self) -> OnlyWords:
        """The words that only one of the titles has."""
        return find_only_words(self.left.title, self.right.title)

    @cached_property
    def is_part(self) -> bool:
        """Tell whether one title is part of the other."""
        return _is_part(self.left.title, self.right.title)

    @cached_property
    def has_other_name(self) -> bool:
        """Tell whether the titles differ before their colons."""
        return not self.drops_subtitle and not find_only_words(self.left.name, self.right.name).are_none

    @property
    def is_same_text(self) -> bool:
        """Tell whether abstract, date and author count all agree: two prints of one text, whatever its title."""
        return self.has_telling_abstract and self.days == 0 and bool(self.same_count)

    @property
    def has_telling_abstract(self) -> bool:
        """Tell whether the abstracts are nearly equal, and long enough to be nobody else's."""
        letters = min(len(self.left.abstract or ""), len(self.right.abstract or ""))
        return self.score >= NEARLY_EQUAL and letters >= MIN_TELLING_ABSTRACT

    @property
    def may_be_same_text(self) -> bool:
        """Tell whether an organisation in place of the authors, or a missing date, is all that leaves this open."""
        is_known = self.days == 0 or bool(self.same_count)
        return self.has_telling_abstract and is_known and self.days in (0, None) and self.same_count is not False

    @property
    def is_out_of_reach(self) -> bool:
        """Tell whether no rule could join the two, since neither titles nor abstracts are alike."""
        return self.score < ALIKE and self.titles < TITLES_ALIKE

    @property
    def agrees_further(self) -> bool:
        """Tell whether more than texts agree: the date; where abstracts are equal, nearly, or the author count."""
        return self.days == 0 or (self.score >= NEARLY_EQUAL and (self.days is not None or bool(self.same_count)))


def compare_other_titles(left: Observation, right: Observation) -> Verdict:
    """Decide whether two candidates with other title keys are one paper.

    A near title alone names different papers (the next version of a model), and so does an abstract (a system and its
    successor): something else must agree, and nothing may speak against it.
    """
    titles = score_titles(left.title, right.title)
    if left.abstract is None or right.abstract is None:
        return Verdict(None, None, titles, None)
    likeness = _Likeness(
        left,
        right,
        titles,
        score_abstracts(left.abstract, right.abstract),
        count_days_apart(left, right),
        counts_agree(left, right),
        drops_subtitle=left.title == right.name or right.title == left.name,
    )
    veto = _find_veto(left, right, likeness)
    rule = None if veto else _find_rule(left, right, likeness)
    return Verdict(rule, veto, titles, likeness.score)


def _find_veto(left: Observation, right: Observation, likeness: _Likeness) -> str | None:
    """Find what speaks against one paper however alike the two are."""
    if likeness.days is not None and likeness.days > MAX_DAYS_APART:
        return "other_date"
    is_equal = likeness.score >= NEARLY_EQUAL
    titles = _align_titles(left, right) if likeness.may_be_same_text else (left.title, right.title)
    marks, others = map(find_marks, titles)
    is_subtitle = likeness.drops_subtitle and PART_LABELS.isdisjoint(likeness.only.left | likeness.only.right)
    is_retitled = likeness.titles < TITLES_RELATED and likeness.agrees_further
    if numbers_differ(marks, others) and not ((is_subtitle or is_retitled) and is_equal):
        return "other_number"
    if likeness.titles >= TITLES_COMPARABLE and number_words_differ(marks, others, *titles):
        return "other_number"
    if likeness.is_out_of_reach:
        return None
    is_exempt = likeness.score >= EQUAL_BUT_FOR_SIGNS and likeness.agrees_further
    if not (is_exempt or likeness.drops_subtitle) and (
        find_only_words(*titles).are_opposites or words_differ(marks.signs, others.signs, *titles)
    ):
        return "other_sign"
    return "other_subject" if likeness.score >= ALIKE and _treat_other_subjects(left, right, likeness) else None


def _treat_other_subjects(left: Observation, right: Observation, likeness: _Likeness) -> bool:
    """Tell whether a title names what its own abstract speaks of more than the other's: two papers of one pattern.

    How often counts, since both abstracts may speak of large models where one title says ``Large``. Where a word was
    added, and none replaced, it is a sign in a name; elsewhere it says what an edit may have added.
    """
    words, others = Counter(split_words(left.abstract or "")), Counter(split_words(right.abstract or ""))
    of_left, of_right = likeness.only.left & (words - others).keys(), likeness.only.right & (others - words).keys()
    if likeness.only.are_replaced:
        return bool(of_left and of_right)
    if likeness.drops_subtitle:
        return False
    is_named = left.name != left.title or right.name != right.title
    names = find_only_words(left.name, right.name)
    if is_named and (of_left & names.left or of_right & names.right):
        return True
    is_added = not likeness.is_part and likeness.score < EQUAL_BUT_FOR_SIGNS
    return is_added and bool(of_left or of_right)


def _find_rule(left: Observation, right: Observation, likeness: _Likeness) -> str | None:
    """Find the rule that makes two candidates with other titles one paper."""
    titles, score, only = likeness.titles, likeness.score, likeness.only
    is_spelling = titles >= TITLES_ALIKE and only.are_none
    if score >= ALIKE:
        has_same_name = left.name == right.name and (likeness.agrees_further or _adds_words(likeness))
        if likeness.drops_subtitle or likeness.is_part or has_same_name:
            return "subtitle"
        if is_spelling or (titles >= TITLES_ALIKE and (likeness.agrees_further or _adds_words(likeness))):
            return "near_title"
    if score >= NEARLY_EQUAL and likeness.agrees_further:
        if titles >= TITLES_RELATED:
            return "near_title"
        if likeness.is_same_text:
            return "same_abstract"
    if titles >= TITLES_ALIKE and (likeness.days == 0 or is_spelling):
        common = share_content_words(left.abstract or "", right.abstract or "")
        return "near_title" if common >= MOSTLY_COMMON_WORDS else None
    return None


def _align_titles(left: Observation, right: Observation) -> tuple[str, str]:
    """Take off two titles what only one of them prints at an edge: a note, or what an ellipsis stands for."""
    titles = (left.title, right.title)
    if (left.core is None) is not (right.core is None):
        titles = (left.core or left.title, right.core or right.title)
    if not (left.is_cut or right.is_cut):
        return titles
    # The last word before an ellipsis may be half a word.
    starts = [title.split()[: -1 if one.is_cut else None] for one, title in zip((left, right), titles, strict=True)]
    length = min(len(start) for start, one in zip(starts, (left, right), strict=True) if one.is_cut)
    first, second = (" ".join(start[:length]) for start in starts)
    return (first, second) if length >= _MIN_PART_WORDS and first == second else titles


def _adds_words(likeness: _Likeness) -> bool:
    """Tell whether one title merely has words that the other has not, outside its name, over equal abstracts."""
    return likeness.score >= NEARLY_EQUAL and not (likeness.only.are_replaced or likeness.has_other_name)


def _is_part(left: str, right: str) -> bool:
    """Tell whether one title is the other with something before or behind it."""
    shorter, longer = sorted((left, right), key=len)
    return shorter.count(" ") + 1 >= _MIN_PART_WORDS and f" {shorter} " in f" {longer} "
