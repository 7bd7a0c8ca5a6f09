-- purpose: which events the tables hold last, as one word, to know whether what is remembered is still right
SELECT COALESCE(string_agg(digest, '' ORDER BY stream), '')
FROM people_revision
WHERE stream IN ('people/persons', 'people/posts', 'people/roles', 'people/units')
