-- purpose: note that entries of these registers changed; the last thing a transaction does, for others wait for it here
INSERT INTO cases_book AS b (kind, changes)
SELECT DISTINCT kind, 1 FROM unnest(%(kinds)s::text[]) AS k(kind) ORDER BY kind
ON CONFLICT (kind) DO UPDATE SET changes = b.changes + 1
