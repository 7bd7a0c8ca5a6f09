-- purpose: claim keys under which cases open by themselves; of those somebody was first with, no row
INSERT INTO supervision_opened (kind, key, about, at)
SELECT kind, key, about, %(at)s FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(abouts)s::text[]) AS r(kind, key, about)
ORDER BY kind, key
ON CONFLICT (kind, key) DO NOTHING
RETURNING kind, key
