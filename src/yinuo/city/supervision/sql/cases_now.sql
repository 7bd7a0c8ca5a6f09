-- purpose: what supervision repeats of cases, and their versions; the scope as it is copied on
SELECT case_id, kind, item, version, scope::text, status, unit, opened_at FROM cases_case WHERE case_id = ANY(%(case_ids)s)
