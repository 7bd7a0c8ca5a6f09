-- purpose: the pledges that count as made on a day: item, limit, effect, and published by then in a named medium
SELECT v.item, v.zh, v.en, v.unit, v.promised, v.statutory, v.since, v.said::jsonb -> 'pledge' AS pledge
FROM catalogue_version AS v
WHERE v.since <= %(today)s AND (v.until IS NULL OR v.until > %(today)s) AND v.promised <> ''
    AND v.said::jsonb -> 'pledge' ->> 'effect' <> '' AND v.said::jsonb -> 'pledge' ->> 'published_in' <> ''
    AND (v.said::jsonb -> 'pledge' ->> 'published_on')::date <= %(today)s
