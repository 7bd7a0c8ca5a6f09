-- purpose: a page of cases, the newest first; stable while cases come and change
SELECT case_id, receipt, kind, item, unit, region, channel, title, status, stage, opened_at, ended_at, holder_unit,
    holder_actor, parent, version, changed_at
FROM cases_case
WHERE /* where */
ORDER BY opened_at DESC, case_id DESC
LIMIT %(limit)s
