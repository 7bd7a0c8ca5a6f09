-- purpose: cases that could be evaluated again have failed no more
DELETE FROM supervision_failure WHERE case_id = ANY(%(case_ids)s)
