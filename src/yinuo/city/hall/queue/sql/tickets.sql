-- purpose: the queue numbers drawn in a hall since a moment, in the order they were drawn, with when each was called and how it ended
SELECT c.case_id, c.opened_at, c.status, c.fields ->> 'service' AS service, c.fields ->> 'lane' AS lane, c.fields ->> 'number' AS number,
    c.fields ->> 'counter' AS counter, c.fields ->> 'appointment' AS appointment, c.fields ->> 'about' AS about,
    c.fields ->> 'jump_reason' AS jump_reason, seen.said ? 'ticket_served' AS is_served, seen.said ? 'ticket_missed' AS is_missed,
    coalesce((seen.said -> 'ticket_called' ->> 0)::int, 0) + coalesce((seen.said -> 'ticket_recalled' ->> 0)::int, 0) AS calls,
    to_timestamp(((seen.said -> 'ticket_called' ->> 1)::bigint) / 1e6) AS called_at, c.changed_at
FROM cases_case AS c CROSS JOIN LATERAL (SELECT c.state::jsonb -> 'seen' AS said) AS seen
WHERE c.kind = 'ticket' AND c.unit = %(hall)s AND ({case_rows}) AND c.opened_at >= %(since)s
ORDER BY c.opened_at, c.case_id
