-- purpose: cases of kinds that are mirrored on a parent, with their fields
SELECT case_id, kind, fields::text FROM cases_case WHERE case_id = ANY(%(case_ids)s) AND kind = ANY(%(kinds)s)
