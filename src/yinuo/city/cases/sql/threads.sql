-- purpose: all cases of the threads that some cases are part of.
SELECT names, values, array_agg(case_id ORDER BY case_id)
FROM cases_thread
WHERE (names, values) IN (SELECT names, values FROM cases_thread WHERE case_id = ANY(%(case_ids)s))
GROUP BY names, values
