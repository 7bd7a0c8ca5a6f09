-- purpose: the version of an item in force on a day, else the next one, else the last
SELECT number, since, until, said, authority, published_at, withdrawn, "into",
    since <= %(day)s AND (until IS NULL OR until > %(day)s) AS is_now, since > %(day)s AS is_coming
FROM catalogue_version WHERE item = %(item)s
ORDER BY (since <= %(day)s AND (until IS NULL OR until > %(day)s)) DESC, (since > %(day)s) DESC,
    CASE WHEN since > %(day)s THEN since END, since DESC
LIMIT 1
