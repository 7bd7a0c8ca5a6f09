-- purpose: the cards raised last that are still open, and the limits that run out next
(
    SELECT 'card' AS what, f.case_id, f.kind, f.unit, f.level, f.institution, f.clause, f.raised_at AS at, c.receipt,
        NULL::float AS left_over, NULL AS measure
    FROM supervision_finding AS f
    LEFT JOIN cases_case AS c USING (case_id)
    WHERE f.status = 'open' AND ({card_rows}) AND ({card_filter})
    ORDER BY f.raised_at DESC, f.card
    LIMIT 8
)
UNION ALL
(
    SELECT 'due', k.case_id, k.kind, k.unit, k.level, k.institution, k.clause, k.due_at, c.receipt,
        k.allowed + coalesce(k.extended, 0) - k.used, k.measure
    FROM supervision_clock AS k
    LEFT JOIN cases_case AS c USING (case_id)
    WHERE k.ended_at IS NULL AND k.state = 'running' AND coalesce(k.due_at, 'infinity'::timestamptz) >= %(now)s AND k.due_at IS NOT NULL AND ({clock_rows}) AND ({clock_filter})
    ORDER BY coalesce(k.due_at, 'infinity'::timestamptz), k.case_id, k.id
    LIMIT 8
)
