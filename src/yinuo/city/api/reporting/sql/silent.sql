-- purpose: the keys in use that reported nothing since a moment, with when they last did
SELECT t.token, t.name, t.unit, t.created_at,
    (SELECT max(b.at) FROM api_batch AS b WHERE b.actor = 'system:' || t.token AND b.at < %(now)s) AS last_at
FROM people_token AS t
WHERE t.revoked_at IS NULL AND t.created_at < %(since)s
AND NOT EXISTS (SELECT 1 FROM api_batch AS b WHERE b.actor = 'system:' || t.token AND b.at >= %(since)s AND b.at < %(now)s)
ORDER BY last_at NULLS FIRST, t.unit, t.token
