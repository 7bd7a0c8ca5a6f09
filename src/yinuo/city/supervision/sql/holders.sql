-- purpose: who holds a role over these units on a day: granted to the person, to a post, or to everybody of a unit
WITH granted AS (
  SELECT unit, kind, holder FROM people_grant
  WHERE role = %(role)s AND unit = ANY(%(units)s)
    AND valid_from <= %(on)s AND (valid_until IS NULL OR valid_until > %(on)s)
), appointed AS (
  SELECT a.person, a.post, p.unit FROM people_appointment AS a JOIN people_post AS p USING (post)
  WHERE a.valid_from <= %(on)s AND (a.valid_until IS NULL OR a.valid_until > %(on)s)
)
SELECT unit, holder FROM granted WHERE kind = 'person'
UNION
SELECT g.unit, a.person FROM granted AS g JOIN appointed AS a ON g.kind = 'post' AND a.post = g.holder
UNION
SELECT g.unit, a.person FROM granted AS g JOIN appointed AS a ON g.kind = 'unit' AND a.unit = g.holder
