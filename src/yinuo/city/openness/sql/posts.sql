-- purpose: the posts of some units and how many hold each, without a name
SELECT p.unit, p.zh, p.en, p.tier, count(a.id) AS held
FROM people_post AS p
LEFT JOIN people_appointment AS a ON a.post = p.post AND a.valid_from <= %(today)s AND (a.valid_until IS NULL OR a.valid_until > %(today)s)
WHERE p.unit = ANY(%(units)s) AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until > %(today)s)
GROUP BY p.post, p.unit, p.zh, p.en, p.tier
ORDER BY p.unit, array_position(ARRAY['principal', 'deputy_in_charge', 'member'], p.tier::text), p.zh
LIMIT 200
