-- purpose: entries of registers whose field names one case, the newest first
SELECT k.place, c.case_id, c.receipt, c.title, c.status, c.opened_at
FROM unnest(%(kinds)s::text[], %(keys)s::text[]) WITH ORDINALITY AS k (kind, key, place)
JOIN LATERAL (
    SELECT c.case_id, c.receipt, c.title, c.status, c.opened_at FROM cases_case AS c
    WHERE c.kind = k.kind AND position('/' IN c.kind) > 0 AND c.fields @> k.key::jsonb AND ({case_rows})
    ORDER BY c.opened_at DESC, c.case_id LIMIT %(most)s
) AS c ON TRUE
ORDER BY k.place, c.opened_at DESC, c.case_id
