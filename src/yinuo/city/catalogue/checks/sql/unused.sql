-- purpose: items in force since a day or longer for which nothing was opened since, the oldest first
WITH used AS (SELECT DISTINCT item FROM cases_case WHERE opened_at >= %(since)s::date AND item IS NOT NULL)
SELECT v.item, v.zh, v.en, v.unit, v.type, first.since
FROM catalogue_version AS v
JOIN LATERAL (SELECT min(f.since) AS since FROM catalogue_version AS f WHERE f.item = v.item) AS first ON first.since <= %(since)s::date
WHERE v.since <= %(day)s AND (v.until IS NULL OR v.until > %(day)s) AND NOT EXISTS (SELECT 1 FROM used WHERE used.item = v.item)
ORDER BY first.since, v.zh, v.item
