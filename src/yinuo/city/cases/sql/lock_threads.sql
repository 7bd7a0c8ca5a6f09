-- purpose: let commands that share a thread be decided one after the other, until each transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(key, 0))
FROM (SELECT DISTINCT names || ' ' || values AS key
      FROM unnest(%(names)s::text[], %(values)s::text[]) AS r(names, values) ORDER BY 1) AS keys
