-- purpose: what every version says of its item as the text's own table would, item by item in the order they were published
SELECT item, number, since, until, withdrawn <> '' AS withdrawn, published_at, statutory, promised, zh, coalesce(nullif(en, ''), zh) AS en, unit,
    type, case_type = 'immediate' AS immediate, said -> 'basis' -> 0 ->> 'law' AS basis
FROM catalogue_version ORDER BY item, number
