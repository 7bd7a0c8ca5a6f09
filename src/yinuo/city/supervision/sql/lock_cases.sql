-- purpose: of the cases something happened to, those no other worker has
SELECT case_id, next_at, evaluated_at, evaluated_version, text_digest
FROM supervision_moment
WHERE case_id = ANY(%(case_ids)s)
ORDER BY case_id
FOR UPDATE SKIP LOCKED
