-- purpose: a webhook is open from now on
INSERT INTO notices_webhook (id, name, unit, url, secret_ref, activities, created_by, created_at)
VALUES (%(webhook)s, %(name)s, %(unit)s, %(url)s, %(ref)s, %(activities)s, %(actor)s, %(at)s)
ON CONFLICT (id) DO NOTHING
