-- purpose: what waits untried for a receiver that does not answer waits on, so that it does not hold up the others
UPDATE notices_outbox SET next_at = %(again)s
WHERE id IN (
    SELECT id FROM notices_outbox
    WHERE channel = %(channel)s AND (%(target)s = '' OR target = %(target)s) AND next_at < %(again)s AND tries = 0
    ORDER BY id
    FOR UPDATE SKIP LOCKED
)
