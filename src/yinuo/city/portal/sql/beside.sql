-- purpose: the last case of a kind that is about another: its delivery, or what puts its bad rating right
SELECT case_id, status, fields, state
FROM cases_case
WHERE kind = %(kind)s AND fields ->> 'about' = %(case_id)s
ORDER BY opened_at DESC
LIMIT 1
