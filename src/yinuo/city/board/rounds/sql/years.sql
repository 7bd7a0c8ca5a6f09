-- purpose: for each unit with a standing mechanism the newest year of its cycle and where each step of it stands
SELECT m.unit, m.case_id AS mechanism, y.case_id, y.opened_at, y.status,
    (SELECT jsonb_object_agg(t.step, jsonb_build_object('state', t.state, 'done_at', t.done_at)) FROM cases_task AS t WHERE t.case_id = y.case_id) AS steps,
    (SELECT min(k.due_at) FROM supervision_clock AS k WHERE k.case_id = y.case_id AND k.ended_at IS NULL) AS due_at,
    EXISTS (SELECT 1 FROM supervision_clock AS k WHERE k.case_id = y.case_id AND k.ended_at IS NULL AND k.state = 'overdue') AS is_late
FROM cases_case AS m
LEFT JOIN LATERAL (
    SELECT * FROM cases_case AS one WHERE one.kind = 'conduct-year' AND one.fields ->> 'mechanism' = m.case_id ORDER BY one.opened_at DESC LIMIT 1
) AS y ON TRUE
WHERE m.kind = 'mechanism' AND m.status = 'open' AND ({case_rows})
ORDER BY m.unit, m.case_id
LIMIT 1000
