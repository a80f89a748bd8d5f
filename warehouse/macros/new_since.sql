-- Papers that were never listed before that day: what is new since then, latest first.
-- Papers on undated pages alone are in none, since nobody knows when they were new.
--
-- Example: SELECT first_listed_on, title, organization_name FROM new_since('2025-10-01');
CREATE MACRO new_since(day) AS TABLE
SELECT *
FROM papers
WHERE first_listed_on >= CAST(day AS DATE)
ORDER BY first_listed_on DESC, paper_id;
