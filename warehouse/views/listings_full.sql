-- Listings whole: each printed card with its own full text, beside the values of the paper it lists.
-- The text comes from the paper unless a row of variants says that this listing has another one, or none.
--
-- Columns as in: listings
-- Columns:
--   abstract: Abstract of this listing; null where none was printed.
--   paper_title: Title of the paper.
--   paper_abstract: Abstract of the paper.
--   paper_author_count: Authors of the paper.
--   paper_organization_handle: Handle of the paper's organisation.
--   paper_organization_name: Name of the paper's organisation.
--   paper_submitted_by: Who submitted the paper.
--   paper_published_on: Publication day of the paper.
--   paper_published_year_basis: Where the year of that day comes from.
--   paper_comment_count: Comments at the latest observation.
--   paper_upvote_count: Upvotes at the latest observation.
--   differing_fields: Fields in which this listing differs from the paper, sorted; empty when in none.
-- Example: SELECT page_on, title, paper_title FROM listings_full WHERE list_contains(differing_fields, 'title');
CREATE VIEW listings_full AS
WITH differences AS (
    SELECT
        dump_id,
        position,
        bool_or(field = 'abstract') AS abstract_differs,
        max(value) FILTER (WHERE field = 'abstract') AS abstract,
        list_sort(list(field)) AS fields
    FROM variants
    GROUP BY dump_id, position
)
SELECT
    l.*,
    CASE WHEN d.abstract_differs THEN d.abstract ELSE p.abstract END AS abstract,
    p.title AS paper_title,
    p.abstract AS paper_abstract,
    p.author_count AS paper_author_count,
    p.organization_handle AS paper_organization_handle,
    p.organization_name AS paper_organization_name,
    p.submitted_by AS paper_submitted_by,
    p.published_on AS paper_published_on,
    p.published_year_basis AS paper_published_year_basis,
    p.comment_count AS paper_comment_count,
    p.upvote_count AS paper_upvote_count,
    coalesce(d.fields, []::VARCHAR[]) AS differing_fields
FROM listings AS l
INNER JOIN papers AS p ON p.paper_id = l.paper_id
LEFT JOIN differences AS d ON d.dump_id = l.dump_id AND d.position = l.position;
