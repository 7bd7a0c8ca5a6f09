-- purpose: cases of kinds that are mirrored on a parent, with their fields and when they were opened and ended
SELECT case_id, kind, fields::text, opened_at, ended_at
FROM cases_case
WHERE case_id = ANY(%(case_ids)s) AND kind = ANY(%(kinds)s)
