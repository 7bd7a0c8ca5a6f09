-- purpose: the webhooks that are open
SELECT id, name, unit, url, activities, created_by, created_at
FROM notices_webhook WHERE disabled_at IS NULL ORDER BY created_at, id
