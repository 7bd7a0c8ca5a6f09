-- purpose: what was measured of ratings in a stretch of whole months, by unit or item, and by grade
SELECT f.clause, coalesce(f.item, f.unit) AS subject, f.by::jsonb ->> 'grade' AS grade, sum(f.value) AS value, sum(f.numerator) AS numerator,
    sum(f.denominator) AS denominator
FROM figures_figure AS f
WHERE f.digest = %(digest)s AND f.institution = %(institution)s AND f.clause = ANY(%(names)s)
    AND f.period_start >= %(begin)s AND f.period_end < %(end)s AND coalesce(f.item, f.unit) IS NOT NULL
    AND (%(units)s::text[] IS NULL OR f.unit = ANY(%(units)s::text[])
        OR f.item IN (SELECT v.item FROM catalogue_version AS v WHERE v.unit = ANY(%(units)s::text[])))
GROUP BY f.clause, coalesce(f.item, f.unit), f.by::jsonb ->> 'grade'
