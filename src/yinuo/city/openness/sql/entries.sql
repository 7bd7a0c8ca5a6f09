-- purpose: the entries of some registers, with what changes whenever something happens to one
SELECT case_id, kind, version, receipt FROM cases_case WHERE kind = ANY(%(kinds)s::text[]) AND position('/' IN kind) > 0
