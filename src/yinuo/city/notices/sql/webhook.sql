-- purpose: the unit of a webhook, and since when it is closed
SELECT unit, disabled_at FROM notices_webhook WHERE id = %(id)s
