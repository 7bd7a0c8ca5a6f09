-- purpose: the person behind a login and every role that holds for it on a day: granted to the person, to its posts, to
-- its units, or to somebody it stands in for who is away (those of administrators and auditors are not passed on)
WITH RECURSIVE me AS (
    SELECT person, name
    FROM people_person
    WHERE account = %(account)s
      AND valid_from <= %(today)s AND (valid_until IS NULL OR %(today)s < valid_until)
), acting (person, own) AS (
    SELECT person, TRUE FROM me
    UNION
    SELECT s.person, FALSE
    FROM acting
    JOIN people_stand_in s ON s.by = acting.person
      AND s.valid_from <= %(today)s AND (s.valid_until IS NULL OR %(today)s < s.valid_until)
    JOIN people_absence b ON b.person = s.person
      AND b.valid_from <= %(today)s AND (b.valid_until IS NULL OR %(today)s < b.valid_until)
    JOIN people_person p ON p.person = s.person
      AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR %(today)s < p.valid_until)
), unit AS (
    SELECT unit, parent
    FROM people_unit
    WHERE valid_from <= %(today)s AND (valid_until IS NULL OR %(today)s < valid_until)
), post AS (
    SELECT acting.own, p.post, p.unit, a.valid_from, a.id
    FROM acting
    JOIN people_appointment a ON a.person = acting.person
      AND a.valid_from <= %(today)s AND (a.valid_until IS NULL OR %(today)s < a.valid_until)
    JOIN people_post p ON p.post = a.post
      AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR %(today)s < p.valid_until)
    JOIN unit ON unit.unit = p.unit
), above (own, unit) AS (
    SELECT own, unit FROM post
    UNION
    SELECT above.own, unit.parent FROM above JOIN unit USING (unit) WHERE unit.parent IS NOT NULL
), held AS (
    SELECT own, 'person' AS kind, person AS holder FROM acting
    UNION ALL
    SELECT own, 'post', post FROM post
    UNION ALL
    SELECT own, 'unit', unit FROM above
)
SELECT
    me.person,
    me.name,
    (SELECT post.unit FROM post WHERE post.own ORDER BY post.valid_from, post.id LIMIT 1),
    (
        SELECT COALESCE(jsonb_agg(DISTINCT jsonb_build_array(g.role, g.unit, unit.parent IS NULL)), '[]')
        FROM held
        JOIN people_grant g ON g.kind = held.kind AND g.holder = held.holder
          AND g.valid_from <= %(today)s AND (g.valid_until IS NULL OR %(today)s < g.valid_until)
        JOIN unit ON unit.unit = g.unit
        WHERE held.own OR g.role NOT IN ('administrator', 'auditor')
    )
FROM me
