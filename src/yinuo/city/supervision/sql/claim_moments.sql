-- purpose: cases whose moment came and that no other worker has: soonest first, of one moment the gravest first
SELECT case_id, next_at, evaluated_at, evaluated_version, text_digest
FROM supervision_moment
WHERE next_at <= %(now)s
ORDER BY next_at, next_rank DESC
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
