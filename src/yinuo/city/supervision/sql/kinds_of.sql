-- purpose: the kinds of some cases
SELECT case_id, kind FROM cases_case WHERE case_id = ANY(%(case_ids)s)
