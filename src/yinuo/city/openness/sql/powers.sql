-- purpose: the items in force of some units, powers before services
SELECT item, zh, en, unit, type, promised, statutory, said::jsonb::text AS said
FROM catalogue_version
WHERE unit = ANY(%(units)s) AND since <= %(today)s AND (until IS NULL OR until > %(today)s)
ORDER BY type, zh, item
LIMIT 300
