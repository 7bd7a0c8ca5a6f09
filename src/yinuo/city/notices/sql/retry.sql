-- purpose: begin again with what was given up; returns its id, nothing when it was not given up
UPDATE notices_outbox SET gave_up_at = NULL, tries = 0, next_at = %(now)s
WHERE id = %(id)s AND gave_up_at IS NOT NULL
RETURNING id
