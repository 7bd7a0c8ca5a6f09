-- purpose: applications decided since a moment of which no delivery was begun, the oldest first
SELECT c.case_id, c.receipt, c.item, c.unit, c.ended_at, seen.said ? 'granted' AS is_granted
FROM cases_case AS c CROSS JOIN LATERAL (SELECT c.state::jsonb -> 'seen' AS said) AS seen
WHERE c.kind = 'application' AND c.status = 'ended' AND coalesce(c.ended_at, 'infinity'::timestamptz) >= %(since)s
    AND c.ended_at IS NOT NULL AND ({case_rows}) AND seen.said ?| ARRAY['granted', 'refused']
    AND NOT EXISTS (SELECT FROM cases_case AS d WHERE d.fields ->> 'about' = c.case_id AND d.kind = 'delivery')
ORDER BY coalesce(c.ended_at, 'infinity'::timestamptz), c.case_id
LIMIT %(most)s OFFSET %(skip)s
