-- purpose: the pledges made, and of the promised limits of each item that came due in a quarter how many were kept
WITH made AS (
    {made}
), page AS (
    SELECT *, count(*) OVER () AS total FROM made
    WHERE %(units)s::text[] IS NULL OR unit = ANY(%(units)s::text[])
    ORDER BY unit, zh, item LIMIT %(most)s OFFSET %(skip)s
), measured AS (
    SELECT item, sum(numerator) AS kept, sum(denominator) AS n
    FROM figures_figure
    WHERE digest = %(digest)s AND institution = %(institution)s AND clause = %(clause)s
        AND period_start >= %(begin)s AND period_start < %(end)s AND item IN (SELECT item FROM page)
    GROUP BY item
)
SELECT p.item, p.zh, p.en, p.unit, p.promised, p.statutory, p.pledge ->> 'effect' AS effect,
    (p.pledge ->> 'published_on')::date AS published_on, p.pledge ->> 'published_in' AS published_in, p.since,
    m.kept, m.n, p.total
FROM page AS p LEFT JOIN measured AS m ON m.item = p.item
ORDER BY p.unit, p.zh, p.item
