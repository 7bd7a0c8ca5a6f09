-- purpose: a page of figures as last measured, by indicator, period and subject
SELECT institution, clause, version, unit, item, by, period_start, period_end, numerator, denominator, value, excluded,
    measured_at
FROM figures_figure
WHERE /* where */
ORDER BY institution, clause, coalesce(period_start, '-infinity'), coalesce(unit, ''), coalesce(item, ''), coalesce(by, ''), version
LIMIT %(limit)s
