-- purpose: every figure over all units one may see, period by period
SELECT institution, clause, period_start, period_end, sum(numerator) AS numerator, sum(denominator) AS denominator,
    sum(excluded) AS excluded, count(*) AS subjects, max(measured_at) AS measured_at, min(value) AS value,
    sum(numerator * denominator) / nullif(sum(denominator), 0) AS mean
FROM figures_figure
WHERE digest = %(digest)s AND ({figure_rows})
GROUP BY institution, clause, period_start, period_end
ORDER BY institution, clause, period_start
