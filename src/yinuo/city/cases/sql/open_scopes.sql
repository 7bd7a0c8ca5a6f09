-- purpose: a stretch of open cases with what they belong to, to see whether the tree of units moved under them.
SELECT case_id, state, scope FROM cases_case
WHERE status = 'open' AND case_id > %(after)s ORDER BY case_id LIMIT %(limit)s
