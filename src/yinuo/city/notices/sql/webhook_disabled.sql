-- purpose: a webhook is closed for ever
UPDATE notices_webhook SET disabled_at = %(at)s, disabled_by = %(actor)s WHERE id = %(webhook)s AND disabled_at IS NULL
