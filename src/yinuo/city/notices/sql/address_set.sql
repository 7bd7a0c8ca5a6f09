-- purpose: where a person is reached from now on
INSERT INTO notices_address (person, channel, ref) VALUES (%(person)s, %(channel)s, %(ref)s)
ON CONFLICT (person, channel) DO UPDATE SET ref = EXCLUDED.ref
