-- purpose: one case within what may be seen
SELECT case_id, receipt, kind, item, unit, region, channel, title, status, stage, opened_at, ended_at, holder_unit,
    holder_actor, parent, version, changed_at, fields
FROM cases_case
WHERE /* where */
