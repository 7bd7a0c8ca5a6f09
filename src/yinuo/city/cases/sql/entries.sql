-- purpose: the entries of one register
SELECT case_id FROM cases_case WHERE kind = %(kind)s AND position('/' IN kind) > 0 ORDER BY case_id
