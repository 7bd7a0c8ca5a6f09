-- purpose: how many items are in force on a day, and how many of them are services
SELECT count(*) AS items, count(*) FILTER (WHERE type = '20') AS services, count(DISTINCT unit) AS units
FROM catalogue_version WHERE since <= %(today)s AND (until IS NULL OR until > %(today)s)
