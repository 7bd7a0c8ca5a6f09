-- purpose: the slots of a service that are taken from a moment on
SELECT fields ->> 'counter', (fields ->> 'slot_at')::timestamptz FROM cases_case
WHERE kind = 'appointment' AND status = 'open' AND fields ->> 'service' = %(service)s::text
    AND (fields ->> 'slot_at')::timestamptz >= %(since)s::timestamptz
