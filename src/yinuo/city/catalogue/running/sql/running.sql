-- purpose: accepted cases of an item that are not decided yet, within reach of who asks, the oldest first
SELECT c.case_id, c.receipt, c.unit, c.opened_at, c.fields
FROM cases_case AS c
WHERE c.item = %(item)s AND c.kind = %(kind)s AND c.status = 'open' AND c.state::jsonb -> 'seen' ? %(accepted)s AND ({case_rows})
ORDER BY c.opened_at, c.case_id
LIMIT %(most)s
