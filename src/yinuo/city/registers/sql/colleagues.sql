-- purpose: who works in these units today, by name
SELECT DISTINCT ON (p.name, p.person) p.person, p.name, t.unit
FROM people_post AS t
JOIN people_appointment AS a ON a.post = t.post AND a.valid_from <= %(today)s AND (a.valid_until IS NULL OR a.valid_until > %(today)s)
JOIN people_person AS p ON p.person = a.person AND (p.valid_until IS NULL OR p.valid_until > %(today)s)
WHERE t.unit = ANY(%(units)s)
ORDER BY p.name, p.person, t.unit
LIMIT %(most)s
