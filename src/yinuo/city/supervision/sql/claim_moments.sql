-- purpose: cases whose moment came and that no other worker has: soonest first, of one moment the gravest first; instants in microseconds
SELECT
  case_id, (extract(epoch FROM next_at) * 1000000)::bigint, (extract(epoch FROM evaluated_at) * 1000000)::bigint,
  evaluated_version, text_digest
FROM supervision_moment
WHERE next_at <= %(now)s
ORDER BY next_at, next_rank DESC
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
