-- purpose: applications decided lately: item, unit, result, time used of the promised limit; nothing of who applied
SELECT c.item, c.unit, c.stage, c.opened_at, c.ended_at, k.used, k.allowed, k.measure, k.state
FROM cases_case AS c
LEFT JOIN LATERAL (
    SELECT used, allowed, measure, state FROM supervision_clock
    WHERE case_id = c.case_id AND basis = 'promised' AND institution = 'time-limit' ORDER BY occurrence DESC LIMIT 1
) AS k ON TRUE
WHERE c.kind = 'application' AND c.status = 'ended' AND c.ended_at >= %(since)s AND c.stage IN ('granted', 'refused')
    AND (%(units)s::text[] IS NULL OR c.unit = ANY(%(units)s::text[]))
ORDER BY c.ended_at DESC, c.case_id
LIMIT %(most)s OFFSET %(skip)s
