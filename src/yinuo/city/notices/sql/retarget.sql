-- purpose: what waits for an address that was replaced goes to the new one
UPDATE notices_outbox SET target = %(ref)s WHERE target = %(old)s AND sent_at IS NULL AND gave_up_at IS NULL RETURNING id
