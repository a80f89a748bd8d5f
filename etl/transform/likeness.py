"""Whether two candidates are one paper.

Two of title, abstract, date and author count must agree; see ``equal_titles`` and ``other_titles`` for the rules.
"""

from __future__ import annotations

from etl.transform.equal_titles import compare_equal_titles
from etl.transform.other_titles import compare_other_titles
from etl.transform.verdicts import Observation, Verdict

__all__ = ["Observation", "Verdict", "compare"]


def compare(left: Observation, right: Observation) -> Verdict:
    """Decide whether two candidates are one paper; the order of the two does not matter.

    Source: docs/architecture.md#identity
    """
    if left.title_key == right.title_key:
        return compare_equal_titles(left, right)
    return compare_other_titles(left, right)
