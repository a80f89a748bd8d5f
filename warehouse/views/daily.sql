-- One row per day of the pages; a last row without a day holds the listings of pages whose day is unknown.
--
-- Columns:
--   page_on: The pages' day; null where its year is unknown.
--   listing_count: Listings on pages of that day.
--   paper_count: Distinct papers among them.
--   new_paper_count: Papers no dated page lists earlier; null for the row without a day.
--   dump_count: Dumps that hold these pages.
-- Example: SELECT * FROM daily WHERE page_on >= DATE '2025-01-01' ORDER BY page_on;
CREATE VIEW daily AS
SELECT
    l.page_on,
    count(*) AS listing_count,
    count(DISTINCT l.paper_id) AS paper_count,
    CASE
        WHEN l.page_on IS NOT NULL THEN count(DISTINCT l.paper_id) FILTER (WHERE p.first_listed_on = l.page_on)
    END AS new_paper_count,
    count(DISTINCT l.dump_id) AS dump_count
FROM listings AS l
INNER JOIN papers AS p ON p.paper_id = l.paper_id
GROUP BY l.page_on
ORDER BY l.page_on NULLS LAST;
