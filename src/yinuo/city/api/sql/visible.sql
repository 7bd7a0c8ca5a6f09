-- purpose: which of these cases may be seen, and the units each belongs to
SELECT case_id, scope FROM cases_case WHERE case_id = ANY(%(case_ids)s) AND /* where */
