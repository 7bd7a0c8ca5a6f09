-- purpose: of the cases something happened to, those no other worker has; instants in microseconds
SELECT
  case_id, (extract(epoch FROM next_at) * 1000000)::bigint, (extract(epoch FROM evaluated_at) * 1000000)::bigint,
  evaluated_version, text_digest
FROM supervision_moment
WHERE case_id = ANY(%(case_ids)s)
ORDER BY case_id
FOR UPDATE SKIP LOCKED
