-- purpose: for one person the open cases with the steps of them that wait for that person, each with its clock due soonest
SELECT c.case_id AS id, c.case_id, c.kind, c.item, c.unit, c.receipt, c.title, c.words, c.scope, c.opened_at, c.holder_unit,
    t.steps, t.unit AS task_unit, t.since, k.due_at, k.used, k.allowed, k.measure, k.level, k.state AS clock, k.institution, k.clause
FROM cases_case AS c
CROSS JOIN LATERAL (
    SELECT min(t.unit) AS unit, min(t.due_since) AS since,
        jsonb_agg(jsonb_build_object('step', t.step, 'key', t.key) ORDER BY t.due_since, t.step, t.key)::text AS steps
    FROM cases_task AS t
    WHERE {mine}
) AS t
LEFT JOIN LATERAL (
    SELECT k.* FROM supervision_clock AS k
    WHERE k.case_id = c.case_id AND k.ended_at IS NULL AND k.due_at IS NOT NULL
    ORDER BY (k.unit = t.unit) DESC NULLS LAST, k.due_at, k.id LIMIT 1
) AS k ON TRUE
WHERE c.status = 'open' AND c.kind = ANY(%(kinds)s::text[]) AND ({case_rows}) AND EXISTS (SELECT FROM cases_task AS t WHERE {mine})
