-- purpose: take what is due to be sent, for a while: whoever dies with it leaves it due again when the while is over
UPDATE notices_outbox AS outbox
SET tries = outbox.tries + 1, next_at = %(until)s
FROM (
    SELECT waiting.id, webhook.url, webhook.secret_ref, webhook.disabled_at
    FROM notices_outbox AS waiting
    LEFT JOIN notices_webhook AS webhook ON waiting.channel = 'webhook' AND webhook.id = waiting.target
    WHERE waiting.next_at <= %(now)s
    ORDER BY waiting.next_at
    LIMIT %(limit)s
    FOR UPDATE OF waiting SKIP LOCKED
) AS due
WHERE outbox.id = due.id
RETURNING outbox.id, outbox.channel, outbox.target, outbox.kind, outbox.body, outbox.tries, outbox.created_at, due.url,
    due.secret_ref, due.disabled_at IS NOT NULL
