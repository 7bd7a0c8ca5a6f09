-- purpose: cases with running clocks that were last looked at under another text
SELECT case_id, next_at, evaluated_at, evaluated_version, text_digest
FROM supervision_moment
WHERE case_id > %(after)s AND text_digest <> %(digest)s AND open_clocks > 0
ORDER BY case_id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
