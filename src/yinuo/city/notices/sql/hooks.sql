-- purpose: all webhooks, the open ones first, each with what waits and what was given up, and its last deliveries
SELECT w.id, w.name, w.unit, w.url, w.activities, w.created_by, w.created_at, w.disabled_at,
    (
        SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.created_at DESC), '[]')
        FROM (
            SELECT o.id, o.created_at, o.tries, o.next_at, o.sent_at, o.gave_up_at, o.last_error
            FROM notices_outbox AS o
            WHERE o.channel = 'webhook' AND o.target = w.id ORDER BY o.created_at DESC, o.id DESC LIMIT %(deliveries)s
        ) AS d
    )::text
FROM notices_webhook AS w
ORDER BY w.disabled_at IS NOT NULL, w.created_at DESC, w.id
