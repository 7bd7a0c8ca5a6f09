-- purpose: how many applications opened in a time each of these units took part in
SELECT one.unit, count(c.case_id) AS n
FROM unnest(%(units)s::text[]) AS one(unit)
JOIN cases_case AS c ON c.scope @> ARRAY[one.unit] AND c.kind = 'application' AND c.opened_at >= %(since)s AND c.opened_at < %(until)s
GROUP BY one.unit
