-- purpose: cases of kinds that are mirrored on a parent, with their fields, what happened in them and when they were opened and ended
SELECT case_id, kind, fields::text, ARRAY(SELECT jsonb_object_keys(state::jsonb -> 'seen')), opened_at, ended_at
FROM cases_case
WHERE case_id = ANY(%(case_ids)s) AND kind = ANY(%(kinds)s)
