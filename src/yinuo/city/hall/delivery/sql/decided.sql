-- purpose: applications decided since a moment of which no delivery was begun, the oldest first.
-- Those of which none was begun are found before the row of any is read, and of these the states are read the oldest first, until
-- the page is full: of nearly all applications a delivery was begun, and a state is long.
WITH undelivered AS MATERIALIZED (
    SELECT c.case_id FROM cases_case AS c
    WHERE c.kind = 'application' AND c.status = 'ended' AND ({case_rows})
        AND NOT EXISTS (SELECT FROM cases_case AS d WHERE d.fields ->> 'about' = c.case_id AND d.kind = 'delivery')
), oldest AS (
    SELECT c.case_id, c.ended_at FROM undelivered JOIN cases_case AS c USING (case_id)
    WHERE c.ended_at >= %(since)s ORDER BY c.ended_at, c.case_id OFFSET 0
)
SELECT c.case_id, c.receipt, c.item, c.unit, c.ended_at, seen.said ? 'granted' AS is_granted
FROM oldest JOIN cases_case AS c USING (case_id) CROSS JOIN LATERAL (SELECT c.state::jsonb -> 'seen' AS said) AS seen
WHERE seen.said ?| ARRAY['granted', 'refused']
ORDER BY oldest.ended_at, oldest.case_id
LIMIT %(most)s OFFSET %(skip)s
