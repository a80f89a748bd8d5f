-- Papers by their comments at the latest observation, most first; papers without a known number are in none.
--
-- Columns as in: papers
-- Example: SELECT title, comment_count, comment_count_on FROM most_discussed LIMIT 20;
CREATE VIEW most_discussed AS
SELECT
    paper_id,
    title,
    organization_handle,
    published_on,
    comment_count,
    comment_count_on,
    upvote_count
FROM papers
WHERE comment_count IS NOT NULL
ORDER BY comment_count DESC, paper_id;
