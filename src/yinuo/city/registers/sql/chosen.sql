-- purpose: the entries chosen in a list, when the row filter lets them be seen
SELECT c.case_id, c.receipt, c.title, c.unit, c.status, c.version FROM cases_case AS c
WHERE c.case_id = ANY(%(case_ids)s::text[]) AND c.kind = %(kind)s AND ({case_rows})
