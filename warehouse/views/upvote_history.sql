-- How the upvotes of a paper grew: one row per listing that prints their number, oldest page first, undated pages last.
--
-- Columns as in: listings
-- Columns:
--   upvote_count: Number of upvotes printed.
--   upvote_count_growth: Upvotes more than at the paper's observation before; null for the first one.
--   is_rounded: Whether a number of this listing was printed in thousands.
-- Example: SELECT title, page_on, upvote_count FROM upvote_history WHERE upvote_count_growth > 0;
CREATE VIEW upvote_history AS
SELECT
    paper_id,
    page_on,
    dump_id,
    position,
    title,
    upvote_count,
    upvote_count - lag(upvote_count) OVER in_order AS upvote_count_growth,
    list_contains(problems, 'number_rounded') AS is_rounded
FROM listings
WHERE upvote_count IS NOT NULL
WINDOW in_order AS (PARTITION BY paper_id ORDER BY page_on NULLS LAST, dump_id, position)
ORDER BY paper_id, page_on NULLS LAST, dump_id, position;
