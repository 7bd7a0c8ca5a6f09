-- purpose: of the promised limits of an item that came due in a time, how many were kept
SELECT count(*) FILTER (WHERE state = 'kept') AS kept, count(*) AS n
FROM supervision_clock
WHERE unit = ANY(%(units)s) AND due_at >= %(since)s AND due_at < %(until)s AND item = %(item)s AND basis = 'promised'
    AND state IN ('kept', 'late', 'overdue')
