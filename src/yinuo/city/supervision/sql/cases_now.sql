-- purpose: what supervision repeats of cases, and their versions
SELECT case_id, kind, item, version, scope, status, unit FROM cases_case WHERE case_id = ANY(%(case_ids)s)
