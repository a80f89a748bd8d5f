-- Papers whose abstract links to source code, latest first; code_links has one row per link instead.
--
-- Columns as in: papers
-- Columns:
--   code_urls: The links to source code as printed, in the order of the abstract.
-- Example: SELECT title, code_urls[1] AS code FROM papers_with_code LIMIT 20;
CREATE VIEW papers_with_code AS
SELECT
    p.paper_id,
    p.title,
    p.organization_handle,
    p.published_on,
    p.first_listed_on,
    p.comment_count,
    p.upvote_count,
    k.code_urls
FROM papers AS p
INNER JOIN (
    SELECT paper_id, list(url ORDER BY position) AS code_urls FROM links WHERE kind = 'code' GROUP BY paper_id
) AS k ON k.paper_id = p.paper_id
ORDER BY p.published_on DESC NULLS LAST, p.paper_id;
