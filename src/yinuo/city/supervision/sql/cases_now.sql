-- purpose: what supervision repeats of cases, and their versions; the scope as it is copied on, the opening in microseconds
SELECT
  case_id, kind, item, version, scope::text, status, unit, (extract(epoch FROM opened_at) * 1000000)::bigint
FROM cases_case WHERE case_id = ANY(%(case_ids)s)
