-- Papers that a page of that day or later lists, latest first; papers on undated pages alone are in none.
--
-- Example: SELECT title, last_listed_on FROM listed_since('2025-10-01');
CREATE MACRO listed_since(day) AS TABLE
SELECT *
FROM papers
WHERE last_listed_on >= CAST(day AS DATE)
ORDER BY last_listed_on DESC, paper_id;
