-- purpose: the figures that go into a score, in one period
SELECT institution, clause, period_start, period_end, unit, item, by, numerator, denominator, value, excluded, measured_at
FROM figures_figure
WHERE digest = %(digest)s AND institution || '/' || clause = ANY(%(names)s) AND period_start = %(period)s AND by IS NULL AND ({figure_rows})
