-- purpose: the names, kinds and sizes of files by their digests
SELECT f.digest, f.name, f.media_type, f.size, f.stored_at FROM cases_attachment AS f
WHERE f.digest = ANY(%(digests)s::text[]) ORDER BY f.stored_at, f.digest
