-- purpose: one figure by unit or item, period by period, and beside it the same without exemptions
SELECT clause, unit, item, by, period_start, period_end, numerator, denominator, value, excluded, measured_at
FROM figures_figure
WHERE digest = %(digest)s AND institution = %(institution)s AND clause IN (%(clause)s, %(clause)s || '/without-exempt') AND ({figure_rows})
ORDER BY period_start, unit, item, by
