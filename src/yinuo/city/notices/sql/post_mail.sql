-- purpose: put one thing into the outbox for mail addresses that are nobody's on the staff; returns the ids that are new
INSERT INTO notices_outbox (id, channel, target, kind, body, created_at, next_at)
SELECT
    encode(sha256(convert_to(concat_ws(E'\x1f', %(key)s, 'mail', ref), 'UTF8')), 'hex'),
    'mail', ref, %(kind)s, %(body)s, %(at)s, %(at)s
FROM unnest(%(refs)s::text[]) AS ref
ORDER BY 1
ON CONFLICT (id) DO NOTHING
RETURNING id
