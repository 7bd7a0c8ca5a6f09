-- purpose: the units with powers of enforcement (punishment, coercion, inspection) none of whose pledges counts as made on a day
SELECT DISTINCT v.unit
FROM catalogue_version AS v
WHERE v.since <= %(today)s AND (v.until IS NULL OR v.until > %(today)s) AND v.type = ANY(%(types)s)
    AND v.unit NOT IN (SELECT made.unit FROM ({made}) AS made)
ORDER BY v.unit
