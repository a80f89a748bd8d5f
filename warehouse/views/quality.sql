-- What could not be read, what is unsure and where the bytes went: one row per measure and code.
--
-- Columns:
--   measure: What is counted and by which code, e.g. listings by problem.
--   code: The code, as in the data dictionary; unknown where a year has no basis.
--   amount: How many.
--   unit: Of what.
-- Example: SELECT * FROM quality WHERE measure = 'listings by problem' ORDER BY amount DESC;
CREATE VIEW quality AS
WITH measures AS (
    SELECT 'dumps by status' AS measure, status AS code, count(*) AS amount, 'dumps' AS unit
    FROM dumps
    GROUP BY status
    UNION ALL
    SELECT 'files by status', status, count(*), 'files' FROM inputs GROUP BY status
    UNION ALL
    SELECT 'listings by problem', problem, count(*), 'listings'
    FROM (SELECT unnest(problems) AS problem FROM listings)
    GROUP BY problem
    UNION ALL
    SELECT 'listings by year basis', coalesce(published_year_basis, 'unknown'), count(*), 'listings'
    FROM listings
    GROUP BY ALL
    UNION ALL
    SELECT 'pages by year basis', coalesce(page_year_basis, 'unknown'), count(*), 'pages' FROM pages GROUP BY ALL
    UNION ALL
    SELECT 'quarantine by reason', reason, count(*), 'spans' FROM quarantine GROUP BY reason
    UNION ALL
    SELECT 'bytes by role', role, coalesce(sum(amount), 0)::BIGINT, 'bytes'
    FROM (
        UNPIVOT (
            SELECT
                listing_bytes AS listing,
                chrome_bytes AS chrome,
                blank_bytes AS blank,
                quarantine_bytes AS quarantine
            FROM dumps
        )
        ON listing, chrome, blank, quarantine
        INTO NAME role VALUE amount
    )
    GROUP BY role
)
SELECT measure, code, amount, unit FROM measures ORDER BY measure, code;
