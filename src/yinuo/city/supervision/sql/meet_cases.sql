-- purpose: a moment row for every case seen for the first time: the row is the lock on the case
INSERT INTO supervision_moment (case_id, next_rank, evaluated_version, text_digest, open_clocks)
SELECT case_id, 0, 0, '', 0 FROM unnest(%(case_ids)s::text[]) AS case_id ORDER BY case_id
ON CONFLICT (case_id) DO NOTHING
