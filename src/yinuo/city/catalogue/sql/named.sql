-- purpose: the items in force on a day among some, by name
SELECT item, zh, en, promised, statutory FROM catalogue_version
WHERE item = ANY(%(items)s::text[]) AND since <= %(day)s AND (until IS NULL OR until > %(day)s) ORDER BY zh, item
