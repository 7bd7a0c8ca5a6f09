-- purpose: that an item was withdrawn by a day and not put in force again since: from when on, why, and into which it was merged
SELECT v.until, v.withdrawn AS reason,
    (SELECT w.zh FROM catalogue_version AS w WHERE w.item = v."into" ORDER BY w.number DESC LIMIT 1) AS "into"
FROM catalogue_version AS v
WHERE v.item = %(item)s AND v.withdrawn <> '' AND v.until <= %(day)s
    AND NOT EXISTS (SELECT 1 FROM catalogue_version AS w WHERE w.item = v.item AND w.number > v.number AND w.since <= %(day)s)
