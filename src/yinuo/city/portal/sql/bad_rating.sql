-- purpose: the case by which a bad rating of another is put right, the last one
SELECT case_id, status, fields, state
FROM cases_case
WHERE kind = %(kind)s AND fields ->> 'about' = %(case_id)s
ORDER BY opened_at DESC
LIMIT 1
