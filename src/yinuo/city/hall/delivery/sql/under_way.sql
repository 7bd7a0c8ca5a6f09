-- purpose: deliveries that are not done, the soonest due first, each with the application it is of
SELECT c.case_id, c.unit, c.fields ->> 'document' AS document, c.fields ->> 'way' AS way, c.fields ->> 'tracking_no' AS tracking_no,
    a.case_id AS about, a.receipt, a.item, k.due_at, k.clause
FROM cases_case AS c
LEFT JOIN cases_case AS a ON a.case_id = c.fields ->> 'about'
LEFT JOIN LATERAL (
    SELECT due_at, clause FROM supervision_clock AS k WHERE k.case_id = c.case_id AND k.ended_at IS NULL ORDER BY k.due_at LIMIT 1
) AS k ON TRUE
WHERE c.kind = 'delivery' AND c.status = 'open' AND ({case_rows})
ORDER BY k.due_at NULLS LAST, c.opened_at, c.case_id
LIMIT %(most)s
