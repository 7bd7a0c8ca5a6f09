-- purpose: the cases of a batch as they stand.
SELECT case_id, state, head FROM cases_case WHERE case_id = ANY(%(case_ids)s)
