-- How the comments of a paper grew: one row per listing that prints their number, oldest page first, undated pages last.
--
-- Columns as in: listings
-- Columns:
--   comment_count: Number printed behind the date.
--   comment_count_growth: Comments more than at the paper's observation before; null for the first one.
--   is_rounded: Whether the number was printed in thousands.
-- Example: SELECT title, page_on, comment_count FROM comment_history WHERE comment_count_growth > 0;
CREATE VIEW comment_history AS
SELECT
    paper_id,
    page_on,
    dump_id,
    position,
    title,
    comment_count,
    comment_count - lag(comment_count) OVER in_order AS comment_count_growth,
    list_contains(problems, 'number_rounded') AS is_rounded
FROM listings
WHERE comment_count IS NOT NULL
WINDOW in_order AS (PARTITION BY paper_id ORDER BY page_on NULLS LAST, dump_id, position)
ORDER BY paper_id, page_on NULLS LAST, dump_id, position;
