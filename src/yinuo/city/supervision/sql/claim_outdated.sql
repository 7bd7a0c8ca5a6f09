-- purpose: cases with running clocks that were last looked at under another text; instants in microseconds
SELECT
  case_id, (extract(epoch FROM next_at) * 1000000)::bigint, (extract(epoch FROM evaluated_at) * 1000000)::bigint,
  evaluated_version, text_digest
FROM supervision_moment
WHERE case_id > %(after)s AND text_digest <> %(digest)s AND open_clocks > 0
ORDER BY case_id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
