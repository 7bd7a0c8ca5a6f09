-- purpose: note why it could not be sent and when it is tried again (never: given up), unless another took it meanwhile
UPDATE notices_outbox
SET next_at = %(again)s, gave_up_at = CASE WHEN %(again)s::timestamptz IS NULL THEN %(now)s::timestamptz END,
    tries = tries - %(back)s, last_error = %(error)s
WHERE id = %(id)s AND tries = %(tries)s AND sent_at IS NULL
