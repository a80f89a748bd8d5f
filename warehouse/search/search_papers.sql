-- Papers that have all of the words in title or abstract, ranked by BM25 with words of the title counting three times.
-- A "phrase" stands in quotation marks, a word* ends open, and a -word or -"phrase" must be missing.
-- A word with signs inside, such as GPT-4, is a phrase.
--
-- Columns:
--   paper_id: The paper.
--   title: Its title.
--   organization_handle: Handle of its organisation.
--   published_on: Its publication day.
--   first_listed_on: First day on which a page lists it.
--   score: How well the paper fits; comparable within one search alone.
--   paper_number: Its number in the index, by which search_abstracts has its abstract.
-- Example: SELECT score, title FROM search_papers('sparse "language model" atten* -video') ORDER BY score DESC LIMIT 10;
CREATE MACRO search_papers(query) AS TABLE
WITH pieces AS (
    SELECT unnest(regexp_extract_all(query, '-?"[^"]*"\*?|[^\s"]+')) AS piece
),

items AS (
    SELECT
        row_number() OVER () AS item,
        search_words(piece) AS words,
        starts_with(piece, '-') AS is_excluded,
        ends_with(piece, '*') AS is_open
    FROM pieces
    WHERE len(search_words(piece)) > 0
),

places AS (
    SELECT item, unnest(words) AS word, unnest(range(len(words)))::INTEGER AS place, len(words) AS length, is_open
    FROM items
),

wanted AS (
    SELECT item, word, place, length FROM places WHERE NOT (is_open AND place = length - 1)
    UNION ALL
    SELECT p.item, v.word, p.place, p.length
    FROM places AS p
    INNER JOIN search_vocabulary AS v ON starts_with(v.word, p.word)
    WHERE p.is_open AND p.place = p.length - 1
),

-- OFFSET 0, here and below: otherwise DuckDB adds up the whole index before it looks for the words.
postings AS (
    SELECT w.item, p.paper_number, p.weight, p.word_count
    FROM search_postings AS p
    INNER JOIN wanted AS w ON w.word = p.word
    WHERE w.length = 1
    OFFSET 0
),

occurrences AS (
    SELECT w.item, w.length, o.paper_number, o.position - w.place AS start
    FROM search_occurrences AS o
    INNER JOIN wanted AS w ON w.word = o.word
    WHERE w.length > 1
    OFFSET 0
),

-- A phrase is there where all of its words follow each other.
starts AS (
    SELECT item, paper_number, start
    FROM occurrences
    GROUP BY item, paper_number, start
    HAVING count(*) = any_value(length)
),

hits AS (
    SELECT item, paper_number, sum(weight) AS weight, any_value(word_count) AS word_count
    FROM postings
    GROUP BY item, paper_number
    UNION ALL
    SELECT s.item, s.paper_number, sum(CASE WHEN s.start < 0 THEN 3 ELSE 1 END), any_value(d.word_count)
    FROM starts AS s
    INNER JOIN search_documents AS d ON d.paper_number = s.paper_number
    GROUP BY s.item, s.paper_number
),

-- Texts of earlier releases may still be in the index: only those of this one count.
living AS (
    SELECT hits.* FROM hits ANTI JOIN search_dead AS dead ON dead.paper_number = hits.paper_number
),

weights AS (
    SELECT
        n.item,
        i.is_excluded,
        s.mean_word_count,
        ln(1 + (s.paper_count - n.found + 0.5) / (n.found + 0.5)) AS rarity
    FROM (SELECT item, count(*) AS found FROM living GROUP BY item) AS n
    INNER JOIN items AS i ON i.item = n.item
    CROSS JOIN (SELECT count(*) AS paper_count, avg(word_count) AS mean_word_count FROM search_documents) AS s
),

ranked AS (
    SELECT
        l.paper_number,
        sum(w.rarity * l.weight * 2.2 / (l.weight + 1.2 * (0.25 + 0.75 * l.word_count / w.mean_word_count))) AS score
    FROM living AS l
    INNER JOIN weights AS w ON w.item = l.item
    GROUP BY l.paper_number
    HAVING count(*) = (SELECT count(*) FROM items WHERE NOT is_excluded) AND NOT bool_or(w.is_excluded)
)

SELECT d.paper_id, d.title, d.organization_handle, d.published_on, d.first_listed_on, r.score, r.paper_number
FROM ranked AS r
INNER JOIN search_documents AS d ON d.paper_number = r.paper_number;
