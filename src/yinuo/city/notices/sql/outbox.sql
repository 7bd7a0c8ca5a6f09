-- purpose: one page of what goes out: given up, waiting or sent, the newest first
SELECT id, channel, target, kind, case_id, created_at, tries, next_at, sent_at, gave_up_at, last_error, name
FROM (
    SELECT outbox.*, webhook.name, coalesce(gave_up_at, sent_at, next_at) AS moment,
        CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN gave_up_at IS NOT NULL THEN 'given_up' ELSE 'waiting' END AS state
    FROM notices_outbox AS outbox
    LEFT JOIN notices_webhook AS webhook ON outbox.channel = 'webhook' AND webhook.id = outbox.target
    WHERE (%(channel)s = '' OR channel = %(channel)s)
) AS going
WHERE state = %(state)s
    AND (%(after)s::timestamptz IS NULL OR (moment, id) < (%(after)s::timestamptz, %(after_id)s))
ORDER BY moment DESC, id DESC
LIMIT %(limit)s
