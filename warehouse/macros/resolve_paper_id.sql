-- The id a paper has in this release, from any id that names it; null where none of the dumps has such a paper.
--
-- Example: SELECT title FROM papers WHERE paper_id = resolve_paper_id('0123456789abcdef0123456789abcdef');
CREATE MACRO resolve_paper_id(id) AS (
    -- A macro's argument is put in as it stands, so a column named alias_id must not meet a column of that name here.
    SELECT any_value(_resolved_paper_id)
    FROM (SELECT alias_id AS _resolved_alias_id, paper_id AS _resolved_paper_id FROM aliases) AS _resolved
    WHERE _resolved_alias_id = id
);
