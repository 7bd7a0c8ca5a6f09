-- purpose: the cases of these threads
SELECT DISTINCT t.case_id
FROM unnest(%(clauses)s::text[], %(keys)s::text[]) AS w(clause, key)
JOIN supervision_thread AS t USING (clause, key)
