-- Papers that have all of the words in title or abstract, ranked by BM25 with words of the title counting three times.
-- A "phrase" stands in quotation marks, a word* ends open, and a -word or -"phrase" must be missing.
-- A word with signs inside, such as GPT-4, is a phrase.
-- With best := 10, only the ten best are looked up, and those that score as the tenth does.
-- With since := '2025-10-01' or organization := 'naver-ai' only papers first listed then or later, or of that handle in
-- any case, are found; scores stay as they are.
--
-- Columns:
--   paper_id: The paper.
--   title: Its title.
--   organization_handle: Handle of its organisation.
--   published_on: Its publication day.
--   first_listed_on: First day on which a page lists it.
--   score: How well the paper fits; comparable within one search alone.
--   paper_number: Its number in the index, by which search_abstracts has its abstract.
--   found_count: How many papers were found; best does not change it.
-- Example: SELECT score, title FROM search_papers('sparse "language model" atten* -video', best := 9) ORDER BY score DESC;
CREATE MACRO search_papers(query, best := NULL, since := NULL, organization := NULL) AS TABLE
WITH pieces AS (
    SELECT unnest(regexp_extract_all(query, '-?"[^"]*"\*?|[^\s"]+')) AS piece
),

items AS (
    SELECT
        (row_number() OVER ())::INTEGER AS item,
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
    SELECT item, word, place, length, false AS is_open FROM places WHERE NOT (is_open AND place = length - 1)
    UNION
    SELECT p.item, v.word, p.place, p.length, true
    FROM places AS p
    INNER JOIN search_vocabulary AS v ON starts_with(v.word, p.word)
    WHERE p.is_open AND p.place = p.length - 1
),

-- OFFSET 0, here and below: otherwise DuckDB adds up the whole index before it looks for the words.
postings AS (
    SELECT w.item, p.paper_number, p.weight, p.word_count
    FROM search_postings AS p
    INNER JOIN wanted AS w ON w.word = p.word
    WHERE w.length = 1 AND NOT w.is_open
    OFFSET 0
),

open_postings AS (
    SELECT w.item, p.paper_number, p.weight, p.word_count
    FROM search_postings AS p
    INNER JOIN wanted AS w ON w.word = p.word
    WHERE w.length = 1 AND w.is_open
    OFFSET 0
),

steps AS (
    SELECT w.item, w.word, n.word AS next_word, w.place, w.length
    FROM wanted AS w
    INNER JOIN wanted AS n ON n.item = w.item AND n.place = w.place + 1
),

pairs AS (
    SELECT s.item, s.length, p.paper_number, p.position - s.place AS start
    FROM search_pairs AS p
    INNER JOIN steps AS s ON s.word = p.word AND s.next_word = p.next_word
    OFFSET 0
),

-- A phrase is there where all of its pairs follow each other.
starts AS (
    SELECT item, paper_number, start FROM pairs WHERE length = 2
    UNION ALL
    SELECT item, paper_number, start
    FROM pairs
    WHERE length > 2
    GROUP BY item, paper_number, start
    HAVING count(*) = any_value(length) - 1
),

phrases AS (
    SELECT item, paper_number, sum(CASE WHEN start < 0 THEN 3 ELSE 1 END)::INTEGER AS weight
    FROM starts
    GROUP BY item, paper_number
),

hits AS (
    SELECT item, paper_number, weight::INTEGER AS weight, word_count FROM postings
    UNION ALL
    SELECT item, paper_number, sum(weight)::INTEGER, any_value(word_count)
    FROM open_postings
    GROUP BY item, paper_number
    UNION ALL
    SELECT p.item, p.paper_number, p.weight, d.word_count
    FROM (SELECT unnest(list(phrases), recursive := true) FROM phrases) AS p
    INNER JOIN search_documents AS d ON d.paper_number = p.paper_number
),

-- Texts of earlier releases may still be in the index: only those of this one count.
living AS (
    SELECT hits.* FROM hits ANTI JOIN search_dead AS dead ON dead.paper_number = hits.paper_number
),

weights AS (
    SELECT
        i.item,
        count(*) OVER () AS item_count,
        count(*) FILTER (NOT i.is_excluded) OVER () AS wanted_count,
        row_number() OVER (ORDER BY i.is_excluded, coalesce(n.found, 0), i.item) = 1 AS is_rarest,
        CASE WHEN NOT i.is_excluded THEN ln(1 + (t.paper_count - n.found + 0.5) / (n.found + 0.5)) END AS rarity,
        t.word_count / t.paper_count AS mean_word_count
    FROM items AS i
    LEFT JOIN (SELECT item, count(*) AS found FROM living GROUP BY item) AS n ON n.item = i.item
    CROSS JOIN search_totals AS t
),

-- A paper that has all has the rarest: hits of papers without it are neither scored nor added up.
candidates AS (
    SELECT l.paper_number
    FROM living AS l
    INNER JOIN weights AS w ON w.item = l.item
    WHERE w.is_rarest AND w.item_count > 1
),

kept AS (
    SELECT living.* FROM living WHERE (SELECT max(item_count) FROM weights) = 1
    UNION ALL
    SELECT l.* FROM living AS l SEMI JOIN candidates AS c ON c.paper_number = l.paper_number
),

-- What must be missing has no rarity, so no score. Scores are whole multiples of 2^-42: then their sums are exact, and
-- of equal texts equal, in whatever order words are added up.
scored AS (
    SELECT
        k.paper_number,
        w.item_count,
        w.wanted_count,
        round(
            4398046511104e0 * w.rarity * k.weight * 22e-1
            / (k.weight + 12e-1 * (25e-2 + 75e-2 * k.word_count / w.mean_word_count))
        ) / 4398046511104e0 AS score
    FROM kept AS k
    INNER JOIN weights AS w ON w.item = k.item
),

ranked AS (
    SELECT paper_number, score FROM scored WHERE item_count = 1 AND score IS NOT NULL
    UNION ALL
    SELECT paper_number, sum(score) AS score
    FROM scored
    WHERE item_count > 1
    GROUP BY paper_number
    HAVING count(*) = min(wanted_count) AND count(score) = min(wanted_count)
),

narrowed AS (
    SELECT paper_number, score FROM ranked WHERE since IS NULL AND organization IS NULL
    UNION ALL
    SELECT r.paper_number, r.score
    FROM ranked AS r
    INNER JOIN search_documents AS d ON d.paper_number = r.paper_number
    WHERE
        (since IS NOT NULL OR organization IS NOT NULL)
        AND (since IS NULL OR d.first_listed_on >= since)
        AND (organization IS NULL OR lower(d.organization_handle) = lower(organization))
),

top AS (
    SELECT paper_number, score
    FROM narrowed
    WHERE score >= (SELECT min(score) FROM (SELECT score FROM narrowed ORDER BY score DESC LIMIT best))
),

-- From a list, here and above: otherwise DuckDB takes the few for many, and looks all documents up.
shown AS (
    SELECT paper_number, score FROM narrowed WHERE best IS NULL
    UNION ALL
    SELECT unnest(list(top), recursive := true) FROM top WHERE best IS NOT NULL
)

SELECT
    d.paper_id,
    d.title,
    d.organization_handle,
    d.published_on,
    d.first_listed_on,
    s.score,
    s.paper_number,
    (SELECT count(*) FROM narrowed) AS found_count
FROM shown AS s
INNER JOIN search_documents AS d ON d.paper_number = s.paper_number;
