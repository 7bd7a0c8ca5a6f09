-- purpose: what the board counts, by unit and kind: cases in hand, those whose clock stands still, open cards by level
SELECT 'open' AS what, c.unit, c.kind, NULL AS level, count(*) AS number
FROM cases_case AS c
WHERE c.status = 'open' AND NOT ({standing}) AND ({case_rows}) AND ({case_filter})
GROUP BY c.unit, c.kind
UNION ALL
SELECT 'paused', c.unit, c.kind, NULL, count(*)
FROM cases_case AS c
WHERE c.status = 'open' AND NOT ({standing}) AND ({case_rows}) AND ({case_filter})
  AND c.case_id IN (SELECT k.case_id FROM supervision_clock AS k WHERE k.ended_at IS NULL AND k.state = 'paused')
GROUP BY c.unit, c.kind
UNION ALL
SELECT 'card', f.unit, f.kind, f.level, count(*)
FROM supervision_finding AS f
WHERE f.status = 'open' AND ({card_rows}) AND ({card_filter})
GROUP BY f.unit, f.kind, f.level
