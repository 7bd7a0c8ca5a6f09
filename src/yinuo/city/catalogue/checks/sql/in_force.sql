-- purpose: every item in force on a day with the whole of its version
SELECT item, zh, en, unit, type, said, since FROM catalogue_version
WHERE since <= %(day)s AND (until IS NULL OR until > %(day)s) ORDER BY unit, zh, item
