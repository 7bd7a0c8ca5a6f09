-- purpose: the open entries of a register another entry may point to, the newest first
SELECT c.case_id, c.receipt, c.title FROM cases_case AS c
WHERE c.kind = %(kind)s AND c.status = 'open' AND ({case_rows})
ORDER BY c.opened_at DESC, c.case_id LIMIT %(most)s
