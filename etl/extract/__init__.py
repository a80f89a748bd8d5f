"""Bytes to listings: raw dumps are split into lines, pages and cards, and every byte gets one role.

``lines`` cuts and classifies lines, ``layouts`` names page furniture, ``cards`` finds footers and what stands between
them, ``segment`` decides which lines are titles and which abstracts, ``parse`` puts a whole dump together.
What the printed lines *mean* (dates, counts) is no business of this package: see ``etl.transform``.
"""
