-- The words of a text as the search index has them: runs of letters and digits, without case and accents.
--
-- Example: SELECT search_words('Schrödinger''s GPT-4') AS words;
CREATE MACRO search_words(text) AS regexp_extract_all(lower(strip_accents(replace(text, chr(0), ' '))), '[\p{L}\p{N}]+');
