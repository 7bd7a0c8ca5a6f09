-- purpose: by when entries must be let out again, and whether that day has passed without it
SELECT DISTINCT ON (case_id) case_id, due_at, state = 'overdue' AS is_stale
FROM supervision_clock
WHERE case_id = ANY(%(case_ids)s) AND clause LIKE '%%.fresh' AND ended_at IS NULL AND state IN ('running', 'paused', 'overdue')
ORDER BY case_id, occurrence DESC
