-- purpose: the newest rounds and special inspections with the units due, those covered, the problems found and how many units passed
SELECT c.case_id, c.kind, c.unit, c.status, c.opened_at, c.ended_at, c.fields ->> 'round_kind' AS round_kind,
    coalesce(c.fields ->> 'round_title', c.fields ->> 'plan_title') AS title, (c.fields ->> 'due_on')::date AS due_on,
    coalesce(t.due, 0) AS due, coalesce(t.covered, 0) AS covered, coalesce(e.problems, 0) AS problems, coalesce(e.passed, 0) AS passed,
    coalesce(e.graded, 0) AS graded
FROM cases_case AS c
LEFT JOIN LATERAL (
    SELECT count(*) AS due, count(*) FILTER (WHERE k.state = 'done') AS covered
    FROM cases_task AS k WHERE k.case_id = c.case_id AND k.step IN ('cover', 'inspect')
) AS t ON TRUE
LEFT JOIN LATERAL (
    SELECT sum((v.payload::jsonb -> 'fields' ->> 'problems_found')::int) AS problems,
        count(*) FILTER (WHERE v.payload::jsonb -> 'fields' ->> 'grade_of_unit' = '满意') AS passed,
        count(*) FILTER (WHERE v.payload::jsonb -> 'fields' ->> 'grade_of_unit' <> '不评等次') AS graded
    FROM ledger_event AS v WHERE v.stream = 'case/' || c.case_id AND v.activity IN ('unit_covered', 'unit_inspected')
) AS e ON TRUE
WHERE c.kind IN ('round', 'special-inspection') AND ({case_rows})
ORDER BY c.opened_at DESC, c.case_id
LIMIT 200
