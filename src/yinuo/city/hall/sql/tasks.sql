-- purpose: for one person the open cases with the steps of them that wait for that person, each with its clock due soonest
SELECT c.case_id AS id, c.case_id, c.kind, c.item, c.unit, c.receipt, c.title, c.words, c.scope, c.opened_at, c.holder_unit,
    t.steps, t.unit AS task_unit, t.since, k.due_at, k.used, k.allowed, k.measure, k.level, k.state AS clock, k.institution, k.clause
FROM (
    SELECT t.case_id, min(t.unit) AS unit, min(t.due_since) AS since,
        jsonb_agg(jsonb_build_object('step', t.step, 'key', t.key) ORDER BY t.due_since, t.step, t.key)::text AS steps
    FROM cases_task AS t JOIN cases_case AS c ON c.case_id = t.case_id AND c.status = 'open' AND ({case_rows})
    WHERE t.state = 'due'
        AND CASE
            WHEN t.role = '' THEN %(is_staff)s
            WHEN t.role = 'holder' THEN CASE
                WHEN c.holder_actor IS NULL THEN c.holder_unit = ANY(%(holding)s::text[])
                ELSE c.holder_actor = %(me)s OR c.holder_unit = ANY(%(heading)s::text[]) END
            WHEN t.role LIKE 'unit:%%' THEN t.unit = ANY(%(named)s::text[])
            WHEN %(at_case)s::jsonb ? t.role THEN c.scope && ARRAY(SELECT jsonb_array_elements_text(%(at_case)s::jsonb -> t.role))
            WHEN %(at_lead)s::jsonb ? t.role THEN c.unit IN (SELECT jsonb_array_elements_text(%(at_lead)s::jsonb -> t.role))
            ELSE t.role = ANY(%(at_city)s::text[]) OR t.role = ANY(%(works_in)s::text[]) END
        AND NOT EXISTS (
            SELECT FROM cases_task AS o
            WHERE o.case_id = t.case_id AND o.state = 'done' AND o.actor = %(me)s
                AND (%(apart)s::jsonb -> (c.kind || '.' || t.step)) ? o.step
        )
    GROUP BY t.case_id
) AS t
JOIN cases_case AS c ON c.case_id = t.case_id
LEFT JOIN LATERAL (
    SELECT k.* FROM supervision_clock AS k
    WHERE k.case_id = c.case_id AND k.ended_at IS NULL AND k.due_at IS NOT NULL
    ORDER BY (k.unit = t.unit) DESC NULLS LAST, k.due_at LIMIT 1
) AS k ON TRUE
