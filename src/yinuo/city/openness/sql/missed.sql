-- purpose: limits that were missed, with the reason made public: nothing of the case but its item
SELECT institution, clause, coalesce(unit, '') AS unit, coalesce(item, '') AS item, coalesce(kind, '') AS kind,
    public_reason AS reason, published_at, raised_at
FROM supervision_finding
WHERE published_at IS NOT NULL AND status IN ('open', 'cleared') AND (%(units)s::text[] IS NULL OR unit = ANY(%(units)s::text[]))
ORDER BY published_at DESC, card
LIMIT %(most)s
