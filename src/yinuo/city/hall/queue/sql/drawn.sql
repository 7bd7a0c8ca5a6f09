-- purpose: how many numbers of a service were drawn since a moment
SELECT count(*) FROM cases_case
WHERE kind = 'ticket' AND opened_at >= %(since)s::timestamptz AND unit = %(hall)s::text AND fields ->> 'service' = %(service)s::text
