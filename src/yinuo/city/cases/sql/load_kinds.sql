-- purpose: of the cases of a batch what never changes.
SELECT case_id, kind, opened_at, receipt FROM cases_case WHERE case_id = ANY(%(case_ids)s)
