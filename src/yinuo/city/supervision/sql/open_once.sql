-- purpose: claim a key under which a case opens by itself; no row when somebody was first
INSERT INTO supervision_opened (kind, key, about, at) VALUES (%(kind)s, %(key)s, %(about)s, %(at)s)
ON CONFLICT (kind, key) DO NOTHING
RETURNING id
