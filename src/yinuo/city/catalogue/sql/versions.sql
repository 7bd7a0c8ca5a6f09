-- purpose: every version of an item, the newest first
SELECT v.number, v.since, v.until, v.said, v.authority, v.published_at, v.withdrawn, v."into", p.name AS actor_name
FROM catalogue_version AS v LEFT JOIN people_person AS p ON p.person = v.actor
WHERE v.item = %(item)s ORDER BY v.number DESC
