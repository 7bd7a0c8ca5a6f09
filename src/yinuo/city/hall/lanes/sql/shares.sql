-- purpose: for each unit with lanes granted since the period began: how many, and how many cases it received in it
WITH granted AS (
    SELECT c.unit, count(*) AS n
    FROM cases_task AS t JOIN cases_case AS c USING (case_id)
    WHERE c.kind = 'lane-request' AND ({case_rows}) AND t.step = 'answer' AND t.done_at >= %(since)s AND c.fields ? 'lane'
    GROUP BY c.unit
)
SELECT g.unit, g.n AS granted, (
    SELECT count(*) FROM cases_case AS r WHERE r.unit = g.unit AND r.opened_at >= %(since)s AND r.kind = ANY(%(kinds)s::text[])
) AS received
FROM granted AS g
WHERE g.unit IS NOT NULL
