-- purpose: the cases a trial of a text looks at: the open ones changed last, and the last that ended within a year
(
    SELECT case_id, receipt, status, kind, item, unit FROM cases_case WHERE status = 'open'
    ORDER BY changed_at DESC, case_id LIMIT %(open)s
)
UNION ALL
(
    SELECT case_id, receipt, status, kind, item, unit FROM cases_case WHERE status = 'ended' AND ended_at >= %(since)s
    ORDER BY ended_at DESC, case_id LIMIT %(ended)s
)
