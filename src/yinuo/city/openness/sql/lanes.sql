-- purpose: in one month: how many lanes were granted, by lane, and how many applications were received
SELECT coalesce(sum(numerator), 0) AS granted,
    (SELECT count(*) FROM cases_case
     WHERE kind = 'application' AND opened_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
       AND opened_at < %(until)s::timestamp AT TIME ZONE %(zone)s) AS received,
    (SELECT jsonb_agg(jsonb_build_array(one.by::jsonb ->> 'lane', one.many) ORDER BY one.by)
     FROM (SELECT by, sum(numerator) AS many FROM figures_figure
           WHERE digest = %(digest)s AND institution = %(institution)s AND clause = %(clause)s AND period_start = %(since)s
           GROUP BY by) AS one)::text AS lanes
FROM figures_figure
WHERE digest = %(digest)s AND institution = %(institution)s AND clause = %(clause)s AND period_start = %(since)s
