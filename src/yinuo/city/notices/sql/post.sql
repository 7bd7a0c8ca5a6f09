-- purpose: put bodies for webhooks into the outbox, each once for ever per event and webhook; returns the ids that are new
INSERT INTO notices_outbox (id, channel, target, kind, body, created_at, next_at)
SELECT
    encode(sha256(convert_to(concat_ws(E'\x1f', asked.event_id, 'webhook', asked.webhook), 'UTF8')), 'hex'),
    'webhook', asked.webhook, 'event', asked.body, %(at)s, %(at)s
FROM unnest(%(webhooks)s::text[], %(event_ids)s::text[], %(bodies)s::text[]) AS asked (webhook, event_id, body)
ORDER BY 1
ON CONFLICT (id) DO NOTHING
RETURNING id
