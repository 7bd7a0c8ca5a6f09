-- purpose: threads that span cases are looked at by one worker at a time; always in the same order
SELECT pg_advisory_xact_lock(7, number)
FROM (SELECT DISTINCT hashtext(word) AS number FROM unnest(%(words)s::text[]) AS word) AS numbers
ORDER BY number
