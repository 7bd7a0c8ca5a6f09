-- purpose: note that it was sent; a worker that comes late still knows that it was
UPDATE notices_outbox SET sent_at = %(now)s, next_at = NULL, gave_up_at = NULL, last_error = ''
WHERE id = %(id)s AND sent_at IS NULL
