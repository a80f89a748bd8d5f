-- Papers published in a month, by their publication day; papers whose day is unknown are in none.
--
-- Example: SELECT title, published_on FROM papers_of_month(2025, 9);
CREATE MACRO papers_of_month(year, month) AS TABLE
SELECT *
FROM papers
WHERE published_on >= make_date(year, month, 1) AND published_on < make_date(year, month, 1) + INTERVAL 1 MONTH
ORDER BY published_on, paper_id;
