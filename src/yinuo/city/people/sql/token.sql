-- purpose: the system a token belongs to, when the token is not revoked and its unit is in force on the day
SELECT t.token, t.name, t.unit, t.rate, u.parent IS NULL
FROM people_token t
JOIN people_unit u ON u.unit = t.unit
  AND u.valid_from <= %(today)s AND (u.valid_until IS NULL OR %(today)s < u.valid_until)
WHERE t.digest = %(digest)s AND t.revoked_at IS NULL
