-- purpose: how the stream of an item stands: events, last version with its days, draft
SELECT (SELECT max(version) FROM ledger_event WHERE stream = 'catalogue/' || %(item)s::text),
    last.said, last.since, last.until, (SELECT said FROM catalogue_draft WHERE item = %(item)s::text)
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
    SELECT said, since, until FROM catalogue_version WHERE item = %(item)s::text ORDER BY number DESC LIMIT 1
) AS last ON TRUE
