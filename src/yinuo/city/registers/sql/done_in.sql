-- purpose: cases of some kinds in which an activity last happened within a period (microseconds since 1970), by unit
SELECT c.unit, count(*) AS number FROM cases_case AS c
WHERE c.kind = ANY(%(kinds)s::text[]) AND ({case_rows}) AND EXISTS (
    SELECT FROM jsonb_each(c.state::jsonb -> 'seen') AS one
    WHERE one.key = ANY(%(activities)s::text[]) AND (one.value ->> 2)::bigint BETWEEN %(since_at)s AND %(until_at)s - 1
)
GROUP BY c.unit
