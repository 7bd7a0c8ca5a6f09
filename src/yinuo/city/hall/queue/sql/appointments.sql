-- purpose: the appointments of a hall whose time lies between two moments, with how each went
SELECT c.case_id, c.receipt, c.status, c.person_ref, c.version, c.fields ->> 'service' AS service, c.fields ->> 'counter' AS counter,
    (c.fields ->> 'slot_at')::timestamptz AS slot_at,
    CASE WHEN said ? 'appointment_cancelled' THEN 'cancelled' WHEN said ? 'appointment_missed' THEN 'missed'
        WHEN said ? 'appointment_honoured' THEN 'honoured' WHEN said ? 'appointment_arrived' THEN 'arrived'
        WHEN said ? 'appointment_arrived_late' THEN 'late' ELSE 'booked' END AS state
FROM cases_case AS c CROSS JOIN LATERAL (SELECT c.state::jsonb -> 'seen' AS said) AS seen
WHERE c.kind = 'appointment' AND c.unit = %(hall)s AND ({case_rows}) AND c.opened_at >= %(first)s
    AND (c.fields ->> 'slot_at')::timestamptz >= %(since)s AND (c.fields ->> 'slot_at')::timestamptz < %(until)s
ORDER BY slot_at, counter, c.case_id
