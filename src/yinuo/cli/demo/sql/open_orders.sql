-- purpose: supervision orders under way with the steps that are due, the oldest first
SELECT c.case_id, c.fields ->> 'to_unit', c.version,
       coalesce(array_agg(t.step) FILTER (WHERE t.state = 'due'), '{}'), c.opened_at
FROM cases_case AS c
LEFT JOIN cases_task AS t ON t.case_id = c.case_id
WHERE c.kind = 'order' AND c.status = 'open'
GROUP BY c.case_id
ORDER BY c.opened_at, c.case_id
