-- purpose: the draft of an item, the newest in place of the one before
INSERT INTO catalogue_draft (item, zh, unit, said, terms, drafted_at, actor)
SELECT %(item)s, one->>'zh', one->>'unit', one, array_to_tsvector(%(terms)s::text[]), %(at)s, %(actor)s FROM (SELECT %(said)s::jsonb AS one) AS given
ON CONFLICT (item) DO UPDATE SET zh = excluded.zh, unit = excluded.unit, said = excluded.said, terms = excluded.terms,
    drafted_at = excluded.drafted_at, actor = excluded.actor
