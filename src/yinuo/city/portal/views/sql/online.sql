-- purpose: the items in force on a day that can be applied for online, by name
SELECT item, zh, en, unit
FROM catalogue_version
WHERE since <= %(day)s AND (until IS NULL OR until > %(day)s) AND (said ->> 'depth')::int >= 2
ORDER BY zh, item
LIMIT 500
