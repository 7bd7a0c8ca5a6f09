-- purpose: open cards whose day to be answered has passed
SELECT card FROM supervision_finding
WHERE status = 'open' AND answer_by <= %(now)s AND explained_at IS NULL AND appeal <> 'appealed'
ORDER BY answer_by, card
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
