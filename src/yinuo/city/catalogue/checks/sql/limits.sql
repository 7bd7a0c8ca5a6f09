-- purpose: the limits of every version, item by item in the order they were published
SELECT item, since, until, withdrawn <> '' AS withdrawn, published_at, statutory, promised FROM catalogue_version ORDER BY item, number
