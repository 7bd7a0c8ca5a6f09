-- purpose: how often a name failed since `since` and since it last came in
SELECT count(*)
FROM people_signin
WHERE username = %(username)s AND NOT succeeded AND at > %(since)s
  AND at > COALESCE(
      (SELECT max(at) FROM people_signin WHERE username = %(username)s AND succeeded), '-infinity'::timestamptz
  )
