-- purpose: of the same cases those with a clock that has a due date, walked from the soonest on (OFFSET 0 keeps PostgreSQL walking)
SELECT c.case_id AS id, c.kind, c.words, k.due_at
FROM supervision_clock AS k
CROSS JOIN LATERAL (
    SELECT c.case_id, c.kind, c.words, (SELECT min(t.unit) FROM cases_task AS t WHERE {mine}) AS unit
    FROM cases_case AS c
    WHERE c.case_id = k.case_id AND c.status = 'open' AND ({case_rows})
        AND EXISTS (SELECT FROM cases_task AS t WHERE {mine})
    OFFSET 0
) AS c
CROSS JOIN LATERAL (
    SELECT o.id FROM supervision_clock AS o
    WHERE o.case_id = c.case_id AND o.ended_at IS NULL AND o.due_at IS NOT NULL
    ORDER BY (o.unit = c.unit) DESC NULLS LAST, o.due_at, o.id LIMIT 1
) AS first
WHERE k.ended_at IS NULL AND k.due_at IS NOT NULL AND k.kind = ANY(%(kinds)s::text[]) AND first.id = k.id
