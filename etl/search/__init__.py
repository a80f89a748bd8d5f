"""Search by words over the titles and abstracts of a release: an index that grows by segments, and its questions."""
