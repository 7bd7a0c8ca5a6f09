-- purpose: by unit the responsibility sheets of the newest year that are not withdrawn: how many, how many signed, how many of the others are late
WITH sheet AS (
    SELECT c.case_id, c.unit, c.scope, (c.fields ->> 'sheet_year')::int AS year FROM cases_case AS c
    WHERE c.kind = 'responsibility-sheet' AND NOT c.state::jsonb -> 'seen' ? 'sheet_withdrawn' AND ({case_rows})
)
SELECT s.unit, s.year, count(*) AS sheets, count(*) FILTER (WHERE t.state = 'done') AS signed,
    count(*) FILTER (WHERE t.state IS DISTINCT FROM 'done' AND k.state = 'overdue') AS late
FROM sheet AS s
LEFT JOIN cases_task AS t ON t.case_id = s.case_id AND t.step = 'sign' AND t.key = ''
LEFT JOIN supervision_clock AS k ON k.case_id = s.case_id AND k.ended_at IS NULL AND k.clause = 'signed-in-time'
WHERE s.year = (SELECT max(year) FROM sheet)
GROUP BY s.unit, s.year
ORDER BY late DESC, count(*) - count(*) FILTER (WHERE t.state = 'done') DESC, s.unit
LIMIT 1000
