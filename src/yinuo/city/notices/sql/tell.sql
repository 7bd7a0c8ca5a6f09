-- purpose: tell persons something once; returns those that had not been told
INSERT INTO notices_notice (person, key, kind, args, case_id, at)
SELECT person, %(key)s, %(kind)s, %(args)s::jsonb, %(case_id)s, %(at)s
FROM unnest(%(persons)s::text[]) AS person
ON CONFLICT (person, key) DO NOTHING
RETURNING person
