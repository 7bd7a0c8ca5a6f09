-- purpose: one case as a list shows it, with its scope.
SELECT case_id, kind, receipt, title, item, unit, status, stage, opened_at, ended_at, holder_unit, holder_actor, parent, version, scope
FROM cases_case WHERE case_id = %(case_id)s
