"""How results are kept: the warehouse's folders and lock, Parquet tables, content_id, releases, catalog, readers.

Nothing here knows how a dump is read or what makes two listings one paper.
"""
