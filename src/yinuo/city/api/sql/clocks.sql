-- purpose: a page of clocks by case; the key never changes, so nothing is skipped when a clock is extended
SELECT case_id, kind, item, institution, clause, opener, occurrence, version, basis, thread, key, started_at, due_at,
    ended_at, state, allowed, used, paused, extended, measure, level, unit, provisional
FROM supervision_clock
WHERE /* where */
ORDER BY case_id, institution, clause, opener, occurrence, coalesce(thread, ''), coalesce(key, '')
LIMIT %(limit)s
