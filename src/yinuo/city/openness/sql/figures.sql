-- purpose: the values of public figures in whole periods, by unit, item or class
SELECT institution || '/' || clause AS name, unit, item, by, period_start, period_end, numerator, denominator, value
FROM figures_figure
WHERE digest = %(digest)s AND institution || '/' || clause = ANY(%(names)s) AND period_start IS NOT NULL AND period_end < %(today)s
ORDER BY period_start, unit, item, by
