-- purpose: items in force on a day whose names hold what was asked, the best of those looked at first
WITH looked AS (
    SELECT v.id, v.item, v.zh, v.en, v.unit, v.type, v.case_type, v.audiences, v.statutory, v.promised, v.since
    FROM catalogue_version AS v
    WHERE ({where}) AND v.since <= %(day)s AND (v.until IS NULL OR v.until > %(day)s)
    LIMIT %(most)s
)
SELECT *, count(*) OVER () AS total FROM looked
ORDER BY zh <> %(asked)s, NOT starts_with(zh, %(asked)s), char_length(zh), zh, item
LIMIT %(shown)s OFFSET %(skip)s
