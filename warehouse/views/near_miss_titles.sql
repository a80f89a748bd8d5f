-- Pairs of papers that are alike and were not merged, with both titles, the most alike first.
--
-- Columns as in: near_misses
-- Columns:
--   title: Title of the one paper.
--   other_title: Title of the other paper.
-- Example: SELECT reason, title, other_title FROM near_miss_titles LIMIT 20;
CREATE VIEW near_miss_titles AS
SELECT
    near_misses.reason,
    near_misses.title_permille,
    near_misses.abstract_permille,
    near_misses.paper_id,
    papers.title,
    near_misses.other_paper_id,
    others.title AS other_title
FROM near_misses
JOIN papers USING (paper_id)
JOIN papers AS others ON others.paper_id = near_misses.other_paper_id
ORDER BY near_misses.abstract_permille DESC NULLS LAST, near_misses.title_permille DESC, paper_id, other_paper_id;
