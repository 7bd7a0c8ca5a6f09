-- purpose: requests for a lane a person may read, those that wait first, then the newest, each with its clock that runs
SELECT c.case_id, c.unit, c.status, c.opened_at, c.fields, a.case_id AS about, a.receipt, a.item, k.due_at, k.clause,
    EXISTS (SELECT FROM cases_task AS t WHERE t.case_id = c.case_id AND t.step = 'answer' AND t.state = 'due') AS waits
FROM cases_case AS c
LEFT JOIN cases_case AS a ON a.case_id = c.fields ->> 'about'
LEFT JOIN LATERAL (
    SELECT due_at, clause FROM supervision_clock AS k
    WHERE k.case_id = c.case_id AND k.ended_at IS NULL ORDER BY k.due_at LIMIT 1
) AS k ON TRUE
WHERE c.kind = 'lane-request' AND ({case_rows})
ORDER BY c.status DESC, waits DESC, c.opened_at DESC, c.case_id
LIMIT %(most)s
