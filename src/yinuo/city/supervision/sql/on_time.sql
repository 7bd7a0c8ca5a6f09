-- purpose: limits due in a period: how many were kept, and of how many; what is overdue and still open counts against it
SELECT count(*) FILTER (WHERE state = 'kept'), count(*), count(*) FILTER (WHERE state = 'overdue')
FROM supervision_clock
WHERE basis = %(basis)s AND state IN ('kept', 'late', 'overdue') AND due_at >= %(since)s AND due_at < %(until)s
  AND (%(clause)s::text IS NULL OR institution || '/' || clause = %(clause)s)
  AND (%(unit)s::text IS NULL OR unit = %(unit)s) AND (/* rows */)
