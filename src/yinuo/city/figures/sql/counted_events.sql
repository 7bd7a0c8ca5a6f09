-- purpose: all events of the cases that were opened, ended or open in a stretch of days
SELECT substr(e.stream, 6) AS case_id, e.activity, (extract(epoch FROM e.at) * 1000000)::bigint AS at,
    (extract(epoch FROM e.recorded_at) * 1000000)::bigint AS recorded_at, e.unit, e.actor, NULL AS step, e.event_id, e.version AS sequence/* fields */
FROM cases_case AS c
JOIN ledger_event AS e ON e.stream = 'case/' || c.case_id
WHERE (c.opened_at >= %(since)s OR c.ended_at >= %(since)s OR c.ended_at IS NULL
    OR EXISTS (SELECT 1 FROM supervision_clock AS k WHERE k.case_id = c.case_id AND k.due_at >= %(since)s AND k.due_at < %(until)s))
  AND c.opened_at < %(until)s AND (%(unit)s::text IS NULL OR c.unit = %(unit)s OR c.scope && ARRAY[%(unit)s::text])
