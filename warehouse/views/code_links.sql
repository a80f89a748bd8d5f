-- Papers with code: one row per link to a source code host in a paper's abstract.
--
-- Columns as in: papers
-- Columns:
--   position: Order of the link in the abstract, from 0.
--   url: The link as printed.
--   host: Host name in lower case, without www.
-- Example: SELECT title, url FROM code_links WHERE host = 'github.com' ORDER BY published_on DESC;
CREATE VIEW code_links AS
SELECT
    p.paper_id,
    p.title,
    p.organization_handle,
    p.published_on,
    k.position,
    k.url,
    k.host
FROM links AS k
INNER JOIN papers AS p ON p.paper_id = k.paper_id
WHERE k.kind = 'code'
ORDER BY p.paper_id, k.position;
