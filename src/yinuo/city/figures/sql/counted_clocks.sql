-- purpose: the clocks that were due, ended or open in a stretch of days
SELECT k.case_id, k.thread, k.key, k.institution, k.clause, k.opener, k.occurrence, k.version, k.basis,
    (extract(epoch FROM k.started_at) * 1000000)::bigint AS started_at, (extract(epoch FROM k.due_at) * 1000000)::bigint AS due_at,
    (extract(epoch FROM k.ended_at) * 1000000)::bigint AS ended_at, k.state, k.allowed, k.used, k.paused, k.extended, k.measure, k.level,
    k.unit, (extract(epoch FROM k.next_at) * 1000000)::bigint AS next_at, k.provisional
FROM supervision_clock AS k
WHERE (k.due_at >= %(since)s OR k.ended_at >= %(since)s OR k.started_at >= %(since)s OR k.ended_at IS NULL) AND k.started_at < %(until)s
  AND (%(unit)s::text IS NULL OR k.unit = %(unit)s)
