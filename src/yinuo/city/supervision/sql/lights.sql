-- purpose: open cards by unit, kind and level
SELECT unit, kind, level, count(*)
FROM supervision_finding
WHERE status = 'open' AND (/* rows */)
GROUP BY unit, kind, level
ORDER BY unit, kind, level
