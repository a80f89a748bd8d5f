-- Papers that more than one card lists, those with most listings first.
--
-- Columns as in: papers
-- Example: SELECT title, listing_count, dump_count FROM most_listed LIMIT 20;
CREATE VIEW most_listed AS
SELECT
    paper_id,
    title,
    organization_handle,
    published_on,
    listing_count,
    dump_count,
    first_listed_on,
    last_listed_on
FROM papers
WHERE listing_count > 1
ORDER BY listing_count DESC, dump_count DESC, paper_id;
