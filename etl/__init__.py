"""How it is done: raw dumps become a published release.

``pipeline`` is the table of contents. Imports ``schemas``, never ``dagster``.
"""
