-- Papers of an organisation, by its handle in any case, latest first.
--
-- Example: SELECT title, published_on FROM papers_of_organization('naver-ai');
CREATE MACRO papers_of_organization(handle) AS TABLE
SELECT *
FROM papers
WHERE lower(organization_handle) = lower(handle)
ORDER BY published_on DESC NULLS LAST, paper_id;
