-- purpose: of a month the rows each system reported for each unit, with what became of them; one visible part of the tree
SELECT b.actor, b.unit, b.way, coalesce(t.name, p.name) AS name, count(*) AS batches, max(b.at) AS last_at,
    array_agg(DISTINCT b.source) FILTER (WHERE b.source <> '') AS sources,
    sum(b.stored) AS stored, sum(b.duplicate) AS duplicate, sum(b.refused) AS refused, sum(b.late) AS late
FROM api_batch AS b
LEFT JOIN people_token AS t ON b.actor = 'system:' || t.token
LEFT JOIN people_person AS p ON p.person = b.actor
WHERE b.at >= %(since)s AND b.at < %(until)s AND ({visible})
GROUP BY b.actor, b.unit, b.way, t.name, p.name
ORDER BY sum(b.refused) + sum(b.late) DESC, b.unit, b.actor, b.way
