"""Invented dumps in the source's layouts, with the truth beside them: to try the project on, and to judge it by.

From words (``words``, ``coinage``, ``sentences``) to phrases (``vocabulary``) to papers (``text``, ``titles``,
``names``, ``papers``); from days (``crawl``) to pages (``pages``) to cards (``cards``) to bytes (``render``); and the
truth of it (``golden``, ``truth``). Nothing here reads a dump or imports what does, so that no mistake of the parser
can hide in its judge.
"""

from __future__ import annotations

from etl.sample.errors import SampleNumberError, SampleTargetError
from etl.sample.write import SampleReport, write_sample

__all__ = ["SampleNumberError", "SampleReport", "SampleTargetError", "write_sample"]
