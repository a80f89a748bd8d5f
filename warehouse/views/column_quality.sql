-- What each column of each table holds: one row per column, with its emptiness, its variety and its ends.
-- It looks at every row of the tables it is asked for, so ask for one table where there are many rows.
--
-- Columns:
--   table_name: The table.
--   column_name: The column.
--   column_type: Its type in DuckDB.
--   row_count: Rows of the table.
--   null_percent: Share of the rows in which it is null, in percent with two decimals.
--   distinct_count_estimate: About how many different values it has.
--   lowest: Its least value as text, cut after 60 letters.
--   highest: Its greatest value as text, cut after 60 letters.
-- Example: SELECT column_name, null_percent FROM column_quality WHERE table_name = 'papers' ORDER BY null_percent DESC;
CREATE VIEW column_quality AS
WITH summaries AS (
    SELECT 'papers' AS table_name, * FROM (SUMMARIZE papers)
    UNION ALL
    SELECT 'listings' AS table_name, * FROM (SUMMARIZE listings)
    UNION ALL
    SELECT 'pages' AS table_name, * FROM (SUMMARIZE pages)
    UNION ALL
    SELECT 'dumps' AS table_name, * FROM (SUMMARIZE dumps)
    UNION ALL
    SELECT 'spans' AS table_name, * FROM (SUMMARIZE spans)
    UNION ALL
    SELECT 'quarantine' AS table_name, * FROM (SUMMARIZE quarantine)
    UNION ALL
    SELECT 'merges' AS table_name, * FROM (SUMMARIZE merges)
    UNION ALL
    SELECT 'near_misses' AS table_name, * FROM (SUMMARIZE near_misses)
    UNION ALL
    SELECT 'variants' AS table_name, * FROM (SUMMARIZE variants)
    UNION ALL
    SELECT 'aliases' AS table_name, * FROM (SUMMARIZE aliases)
    UNION ALL
    SELECT 'links' AS table_name, * FROM (SUMMARIZE links)
    UNION ALL
    SELECT 'organizations' AS table_name, * FROM (SUMMARIZE organizations)
    UNION ALL
    SELECT 'inputs' AS table_name, * FROM (SUMMARIZE inputs)
)
SELECT
    table_name,
    column_name,
    column_type,
    count AS row_count,
    null_percentage AS null_percent,
    approx_unique AS distinct_count_estimate,
    left("min", 60) AS lowest,
    left("max", 60) AS highest
FROM summaries;
