-- purpose: every version that has begun, item by item in the order of their days
SELECT item, zh, en, unit, said, since, until, withdrawn, "into", authority FROM catalogue_version
WHERE since <= %(day)s ORDER BY item, since
