-- purpose: one figure by unit or item, period by period
SELECT unit, item, by, period_start, period_end, numerator, denominator, value, excluded, measured_at
FROM figures_figure
WHERE digest = %(digest)s AND institution = %(institution)s AND clause = %(clause)s AND ({figure_rows})
ORDER BY period_start, unit, item, by
