-- purpose: the clocks of some cases make room for those of a new look
DELETE FROM supervision_clock WHERE case_id = ANY(%(case_ids)s)
