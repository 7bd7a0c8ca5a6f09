-- purpose: what the version of an item in force on a day says, if it is in force then
SELECT item, number, since, said
FROM catalogue_version
WHERE item = %(item)s AND since <= %(day)s AND (until IS NULL OR until > %(day)s)
ORDER BY since DESC
LIMIT 1
