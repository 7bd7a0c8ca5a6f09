-- purpose: the case of a single fact: what never changes, the units it belongs to, and how it stands.
SELECT case_id, kind, opened_at, receipt, scope, state, head FROM cases_case WHERE case_id = %(case_id)s
