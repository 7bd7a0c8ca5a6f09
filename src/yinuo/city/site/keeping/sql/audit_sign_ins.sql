-- purpose: attempts to sign in, in the order they were made
SELECT at, succeeded, username, address FROM people_signin
WHERE at >= %(since)s AND at < %(until)s
ORDER BY at, id
