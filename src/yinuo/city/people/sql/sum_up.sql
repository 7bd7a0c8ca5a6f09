-- purpose: keep in one row, as one word, which events of persons, posts, roles and units the tables hold last
INSERT INTO people_revision (stream, version, digest)
SELECT 'people', sum(version), encode(sha256(convert_to(string_agg(digest, '' ORDER BY stream), 'UTF8')), 'hex')
FROM people_revision
WHERE stream IN ('people/persons', 'people/posts', 'people/roles', 'people/units')
HAVING count(*) > 0
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, digest = excluded.digest
