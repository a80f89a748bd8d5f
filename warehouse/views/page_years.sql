-- Why a page has the year it has, or none: one row per piece of evidence, pages without any once.
--
-- Columns as in: pages
-- Columns:
--   evidence: One piece of evidence on the page's year, a sentence; null where there is none.
--   evidence_number: Its place in the list of all evidence, from 1.
-- Example: SELECT header_date_line, page_on, evidence FROM page_years WHERE page_year_basis IS NULL;
CREATE VIEW page_years AS
SELECT
    p.dump_id,
    p.page_number,
    p.layout,
    p.header_date_line,
    p.page_on,
    p.page_year_basis,
    p.page_not_before_on,
    p.page_not_after_on,
    p.listing_count,
    n.evidence_number,
    p.year_evidence[n.evidence_number] AS evidence
FROM pages AS p,
    LATERAL (SELECT unnest(generate_series(1, greatest(len(p.year_evidence), 1))) AS evidence_number) AS n
ORDER BY p.dump_id, p.page_number, n.evidence_number;
