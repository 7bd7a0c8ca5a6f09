-- purpose: tell persons things, each once for ever; returns who was told now, and of what
INSERT INTO notices_notice (person, key, kind, args, case_id, at)
SELECT asked.person, asked.key, asked.kind, asked.args::jsonb, asked.case_id, %(at)s
FROM ROWS FROM (
    json_array_elements_text(%(persons)s), json_array_elements_text(%(keys)s), json_array_elements_text(%(kinds)s),
    json_array_elements_text(%(args)s), json_array_elements_text(%(cases)s)
) AS asked (person, key, kind, args, case_id)
ORDER BY asked.person, asked.key
ON CONFLICT (person, key) DO NOTHING
RETURNING person, key
