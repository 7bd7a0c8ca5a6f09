-- purpose: remember which threads these cases are in
INSERT INTO supervision_thread (clause, key, case_id)
SELECT * FROM unnest(%(clauses)s::text[], %(keys)s::text[], %(case_ids)s::text[])
ON CONFLICT DO NOTHING
