-- purpose: how many applications a unit took part in, by the month they were opened in, the newest first, months without one too
SELECT months.first::date AS first, count(c.case_id) AS n
FROM generate_series(date_trunc('month', %(since)s AT TIME ZONE %(zone)s), date_trunc('month', %(until)s AT TIME ZONE %(zone)s), interval '1 month') AS months(first)
LEFT JOIN cases_case AS c ON c.scope @> ARRAY[%(unit)s::text] AND c.kind = 'application' AND c.opened_at >= %(since)s AND c.opened_at < %(until)s
    AND date_trunc('month', c.opened_at AT TIME ZONE %(zone)s) = months.first
GROUP BY months.first ORDER BY months.first DESC
