-- purpose: the units that have items in force on a day, one index step for each
WITH RECURSIVE step AS (
    (SELECT unit FROM catalogue_version ORDER BY unit LIMIT 1)
    UNION ALL
    SELECT (SELECT v.unit FROM catalogue_version AS v WHERE v.unit > step.unit ORDER BY v.unit LIMIT 1) FROM step WHERE step.unit IS NOT NULL
)
SELECT unit FROM step WHERE unit IS NOT NULL AND EXISTS (
    SELECT 1 FROM catalogue_version AS v WHERE v.unit = step.unit AND v.since <= %(day)s AND (v.until IS NULL OR v.until > %(day)s)
)
ORDER BY unit
