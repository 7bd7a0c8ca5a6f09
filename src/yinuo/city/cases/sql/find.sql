-- purpose: a page of cases, the newest first.
SELECT case_id, kind, receipt, title, item, unit, status, stage, opened_at, ended_at, holder_unit, holder_actor, parent, version
FROM cases_case WHERE /* where */
ORDER BY opened_at DESC, case_id DESC LIMIT %(limit)s
