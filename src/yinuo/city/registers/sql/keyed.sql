-- purpose: the open entries of a register whose fields hold these keys, when the row filter lets them be seen
SELECT k.key, c.case_id, c.fields::text AS said
FROM unnest(%(keys)s::text[]) AS k (key)
JOIN cases_case AS c ON c.kind = %(kind)s AND position('/' IN c.kind) > 0 AND c.fields @> k.key::jsonb AND c.status = 'open'
WHERE {case_rows}
