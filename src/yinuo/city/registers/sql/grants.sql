-- purpose: the newest cases in which a table was given, when (microseconds since 1970), and the clock of how long it is in force
SELECT c.case_id, c.receipt, c.title, c.unit, c.status, c.fields::text AS said, given.at, k.due_at, k.state AS clock
FROM cases_case AS c
CROSS JOIN LATERAL (
    SELECT max((one.value ->> 2)::bigint) AS at FROM jsonb_each(c.state::jsonb -> 'seen') AS one
    WHERE one.key = ANY(%(activities)s::text[])
) AS given
LEFT JOIN LATERAL (
    SELECT k.due_at, k.state FROM supervision_clock AS k
    WHERE k.case_id = c.case_id AND k.institution = %(institution)s AND k.clause = %(clause)s
    ORDER BY k.started_at DESC, k.id DESC LIMIT 1
) AS k ON TRUE
WHERE c.kind = ANY(%(kinds)s::text[]) AND ({case_rows}) AND given.at IS NOT NULL
ORDER BY given.at DESC, c.case_id LIMIT %(most)s
